/* Copyright the Carrel authors. */
package dev.carrel.manager.network;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** Runs a program of the system: found in its own folders only, by an argument vector, with an empty environment and a limit of time. */
final class CommandLine {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int MAX_OUTPUT = 16 << 20;

    private final Path program;

    private CommandLine(Path program) {
        this.program = program;
    }

    /** The program of this name; empty when it is not installed. */
    static Optional<CommandLine> find(String name) {
        return Stream.of("/usr/sbin", "/sbin", "/usr/bin", "/bin")
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst()
                .map(CommandLine::new);
    }

    /**
     * Runs it and returns what it wrote.
     *
     * @throws FirewallException when it fails, with what it said
     */
    String run(List<String> arguments, String input) throws FirewallException, InterruptedException {
        List<String> vector = new ArrayList<>(List.of(program.toString()));
        vector.addAll(arguments);
        String shown = String.join(" ", vector);
        ProcessBuilder builder = new ProcessBuilder(vector);
        builder.environment().clear();
        builder.environment().put("LC_ALL", "C");
        builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        try {
            Process process = builder.start();
            try {
                CompletableFuture<String> output = read(process.getInputStream());
                CompletableFuture<String> errors = read(process.getErrorStream());
                try (var standardInput = process.getOutputStream()) {
                    standardInput.write(input.getBytes(StandardCharsets.US_ASCII));
                }
                if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                    throw new FirewallException(shown + " did not end within " + LIMIT.toSeconds() + " s");
                }
                String said = errors.get(LIMIT.toSeconds(), TimeUnit.SECONDS).strip();
                if (process.exitValue() != 0) {
                    throw new FirewallException(shown + " failed with status " + process.exitValue() + ": " + said);
                }
                return output.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException | ExecutionException | TimeoutException e) {
            throw new FirewallException(shown + " failed: " + e);
        }
    }

    private static CompletableFuture<String> read(InputStream stream) {
        CompletableFuture<String> text = new CompletableFuture<>();
        Thread.ofVirtual().name("firewall-output").start(() -> {
            try (stream) {
                text.complete(new String(stream.readNBytes(MAX_OUTPUT), StandardCharsets.UTF_8));
            } catch (IOException e) {
                text.completeExceptionally(new UncheckedIOException(e));
            }
        });
        return text;
    }
}
