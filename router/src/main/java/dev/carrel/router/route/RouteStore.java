/* Copyright the Carrel authors. */
package dev.carrel.router.route;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carrel.chassis.boot.Service;
import dev.carrel.chassis.site.DataFolder;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes the route table and keeps it in {@code router/routes.json}. A change that returned survives {@code kill -9} and a power cut; the table is changed
 * before the file, so a route works even when the disk is full and only its keeping failed. After a restart every route counts as used
 * just then: what passed while nobody watched is unknown, and a session must not be stopped for that. Any thread but event loops.
 */
@Singleton
public final class RouteStore implements Service {
    private static final Logger LOG = LoggerFactory.getLogger(RouteStore.class);
    private static final Duration SAVE_TIMEOUT = Duration.ofSeconds(4);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final Clock clock;
    private final RouteTable table;
    private final StateFile keeper;

    /** Empty until started. */
    @Inject
    public RouteStore(DataFolder data, Clock clock, RouteTable table) {
        this.file = data.router().resolve("routes.json");
        this.clock = clock;
        this.table = table;
        this.keeper = new StateFile(file, this::content);
    }

    /** Reads the file. One that cannot be understood is put aside, and we begin with no routes: the engine brings them back. */
    @Override
    public void start() throws IOException {
        Optional<byte[]> bytes = StateFile.read(file);
        if (bytes.isPresent()) {
            try {
                load(bytes.get());
                LOG.info("{} routes read from {}", table.size(), file);
            } catch (IOException | InvalidRoute | ClassCastException e) {
                table.all().forEach(route -> table.remove(route.path()));
                Path aside = StateFile.setAside(file, clock.millis());
                LOG.error(
                        "{} cannot be understood ({}); it was moved to {} and the router starts without routes. "
                                + "The engine brings the sessions' routes back within a minute.",
                        file,
                        e.getMessage(),
                        aside);
            }
        }
        keeper.start();
    }

    @Override
    public void stop() {
        keeper.close();
    }

    /**
     * Adds a route or replaces the one at its path; returns when it is on the disk.
     *
     * @param key as of {@link RoutePath#key}
     * @throws InvalidRoute when what was posted is none
     * @throws IOException when it could not be kept; it is in use all the same
     */
    public void put(String key, JsonNode posted) throws IOException, InterruptedException {
        synchronized (table) {
            Activity activity = table.get(key).map(Route::activity).orElseGet(() -> new Activity(clock));
            table.put(Route.read(key, posted, activity));
            activity.touch();
        }
        keeper.save(SAVE_TIMEOUT);
    }

    /**
     * Removes a route; returns when that is on the disk.
     *
     * @return false when there was none
     * @throws IOException when it could not be kept; the route is gone until a restart all the same
     */
    public boolean remove(String key) throws IOException, InterruptedException {
        synchronized (table) {
            if (!table.remove(key)) {
                return false;
            }
        }
        keeper.save(SAVE_TIMEOUT);
        return true;
    }

    /** Why the last change could not be kept; empty when it was. */
    public Optional<String> fault() {
        return keeper.fault();
    }

    private void load(byte[] bytes) throws IOException {
        JsonNode routes = JSON.readTree(bytes).path("routes");
        if (!routes.isObject()) {
            throw new IOException("no object \"routes\"");
        }
        for (Map.Entry<String, JsonNode> entry : routes.properties()) {
            table.put(Route.read(entry.getKey(), entry.getValue(), new Activity(clock)));
        }
    }

    private byte[] content() {
        ObjectNode file = JSON.createObjectNode().put("version", 1);
        ObjectNode routes = file.putObject("routes");
        for (Route route : table.all()) {
            routes.set(route.path(), route.posted());
        }
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(file);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("writing JSON to memory", e);
        }
    }
}
