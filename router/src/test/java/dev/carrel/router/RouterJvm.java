/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The router in a JVM of its own, to be killed and to be succeeded. */
final class RouterJvm implements AutoCloseable {
    private final Process process;
    private final CompletableFuture<Void> draining = new CompletableFuture<>();

    private RouterJvm(Process process) {
        this.process = process;
    }

    /** Starts one and waits until it is ready. */
    static RouterJvm start(Path data, int port, Map<String, String> settings) throws Exception {
        return start(data, port, settings, List.of());
    }

    /** With more options for its JVM. */
    static RouterJvm start(Path data, int port, Map<String, String> settings, List<String> options) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow"));
        command.addAll(options);
        command.addAll(
                List.of("-cp", System.getProperty("java.class.path"), RouterMain.class.getName(), data.toString()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        Map<String, String> environment = new HashMap<>(settings);
        environment.put("CARREL_SITE_PORT", Integer.toString(port));
        environment.put("CONFIGPROXY_AUTH_TOKEN", RunningRouter.TOKEN);
        builder.environment().putAll(environment);
        RouterJvm started = new RouterJvm(builder.start());
        CompletableFuture<Void> ready = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> started.follow(ready));
        ready.get(50, TimeUnit.SECONDS);
        return started;
    }

    private void follow(CompletableFuture<Void> ready) {
        StringBuilder seen = new StringBuilder();
        try (BufferedReader log = process.inputReader()) {
            for (String line = log.readLine(); line != null; line = log.readLine()) {
                seen.append(line).append('\n');
                if (line.contains("router is ready")) {
                    ready.complete(null);
                }
                if (line.contains("the other router serves")) {
                    draining.complete(null);
                }
            }
        } catch (java.io.IOException e) {
            seen.append(new UncheckedIOException(e));
        }
        ready.completeExceptionally(new AssertionError("the router did not start:\n" + seen));
    }

    /** Waits until another has taken its place. */
    void awaitSuccessor() throws Exception {
        draining.get(50, TimeUnit.SECONDS);
    }

    boolean lives() {
        return process.isAlive();
    }

    /** Waits for its end; the exit status. */
    int ended() throws Exception {
        assertThat(process.waitFor(50, TimeUnit.SECONDS)).as("it ends").isTrue();
        return process.exitValue();
    }

    /** SIGKILL: nothing of the process runs after it. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        assertThat(process.waitFor()).isEqualTo(137);
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
