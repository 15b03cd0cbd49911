/* Copyright the Carrel authors. */
package dev.carrel.benchmarks.router;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** nginx and configurable-http-proxy before one back end, such as a session's container. */
public final class RouterPeers implements AutoCloseable {
    private final Doors doors;
    private final Map<String, Integer> ports = new LinkedHashMap<>();

    /** Starts them; the target is an address and a port. */
    public RouterPeers(Path peers, String target) throws IOException, InterruptedException {
        doors = new Doors(peers, new Programs(Files.createTempDirectory("carrel-cell-bench")));
        ports.put("nginx", doors.nginxBefore(target, target).port());
        ports.put("CHP", doors.chpBefore("http://" + target, "http://" + target).port());
    }

    /** Where each listens on 127.0.0.1. */
    public Map<String, Integer> ports() {
        return Map.copyOf(ports);
    }

    @Override
    public void close() {
        doors.close();
    }
}
