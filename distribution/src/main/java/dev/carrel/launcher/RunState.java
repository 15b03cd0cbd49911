/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carrel.chassis.site.DataFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the supervisor of an installation has left in {@code run/up.json} for other commands.
 *
 * @param pid the supervisor's process id
 * @param startedAt when that process started, so that a recycled id is not taken for it
 * @param environment settings given on its command line, as variables
 * @param ready whether all three processes have been ready once
 */
record RunState(long pid, Instant startedAt, Map<String, String> environment, boolean ready) {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static Path file(DataFolder data) {
        return data.run().resolve("up.json");
    }

    /** This process. */
    static RunState own(Map<String, String> environment, boolean ready) {
        return new RunState(ProcessHandle.current().pid(), start(ProcessHandle.current()), environment, ready);
    }

    private static Instant start(ProcessHandle process) {
        return process.info().startInstant().orElse(Instant.EPOCH);
    }

    void write(DataFolder data) throws IOException {
        ObjectNode json = JSON.createObjectNode();
        json.put("pid", pid);
        json.put("startedAt", startedAt.toString());
        json.put("ready", ready);
        ObjectNode variables = json.putObject("environment");
        environment.forEach(variables::put);
        Path temporary = data.run().resolve("up.json.new");
        Files.writeString(temporary, json.toPrettyString() + "\n");
        Files.move(temporary, file(data), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    static void delete(DataFolder data) throws IOException {
        Files.deleteIfExists(file(data));
    }

    /** What was left, whether or not it still runs. */
    static Optional<RunState> read(DataFolder data) {
        try {
            if (!Files.exists(file(data))) {
                return Optional.empty();
            }
            JsonNode json = JSON.readTree(Files.readString(file(data)));
            Map<String, String> environment = new HashMap<>();
            json.path("environment")
                    .properties()
                    .forEach(e -> environment.put(e.getKey(), e.getValue().asText()));
            return Optional.of(new RunState(
                    json.path("pid").asLong(),
                    Instant.parse(json.path("startedAt").asText("1970-01-01T00:00:00Z")),
                    environment,
                    json.path("ready").asBoolean()));
        } catch (IOException e) {
            throw new UncheckedIOException(file(data) + " cannot be read (delete it if Carrel is not running)", e);
        }
    }

    /** The supervisor, if it is alive. */
    Optional<ProcessHandle> process() {
        // The start of a process is known to a hundredth of a second; a boot of the machine may shift it a little.
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .filter(p -> Math.abs(start(p).toEpochMilli() - startedAt.toEpochMilli()) < 2000);
    }
}
