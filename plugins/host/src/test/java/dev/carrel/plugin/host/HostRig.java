/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import dev.carrel.plugin.PluginRequest;
import dev.carrel.plugin.RequestHandler;
import dev.carrel.plugin.Site;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A host over folders of its own, whose looks the test takes itself. */
final class HostRig implements AutoCloseable {
    final Path folder;
    final Path settings;
    final PluginHost host;

    HostRig(Path root) throws IOException {
        this(root, Optional.empty());
    }

    HostRig(Path root, Optional<Map<String, String>> allowed) throws IOException {
        folder = Files.createDirectories(root.resolve("plugins"));
        settings = Files.createDirectories(root.resolve("etc"));
        host = new PluginHost(new HostSettings(
                List.of(folder),
                settings,
                root.resolve("data"),
                root.resolve("work"),
                Set.of("sessions"),
                allowed,
                new Site(URI.create("http://localhost:8000"), true),
                CallListener.NONE,
                HostSettings.Tables.OF_ANY,
                Clock.systemUTC()));
    }

    /** Two looks, one that sees and one that acts, and what comes of them. */
    HostRig look() throws InterruptedException {
        host.scan();
        host.scan();
        host.settle();
        return this;
    }

    /** Takes outcomes of starts until this one runs. */
    void untilRunning(String source) throws InterruptedException {
        while (status(source).state() != PluginStatus.State.RUNNING) {
            if (!host.turn(Duration.ofSeconds(20))) {
                throw new AssertionError("no start ends: " + host.statuses());
            }
        }
    }

    /** The one jar's status. */
    PluginStatus only() {
        if (host.statuses().size() != 1) {
            throw new AssertionError("not one plugin: " + host.statuses());
        }
        return host.statuses().getFirst();
    }

    PluginStatus status(String source) {
        return host.statuses().stream()
                .filter(s -> s.source().equals(source))
                .findFirst()
                .orElseThrow();
    }

    /** What a plugin's request handler says. */
    String ask(String id) throws PluginFailure, InterruptedException {
        return ask(id, "/");
    }

    String ask(String id, String path) throws PluginFailure, InterruptedException {
        LiveExtension<RequestHandler> handler = host.extensions(RequestHandler.class).stream()
                .filter(e -> e.plugin().equals(id))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no handler of " + id + ": " + host.statuses()));
        return ask(handler, path);
    }

    static String ask(LiveExtension<RequestHandler> handler) throws PluginFailure, InterruptedException {
        return ask(handler, "/");
    }

    private static String ask(LiveExtension<RequestHandler> handler, String path)
            throws PluginFailure, InterruptedException {
        PluginRequest request =
                new PluginRequest("GET", path, Map.of(), Map.of(), new byte[0], Optional.empty(), false);
        return new String(
                handler.call("handle", Duration.ofSeconds(20), h -> h.handle(request))
                        .body(),
                StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        host.close();
    }
}
