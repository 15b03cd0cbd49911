/* Copyright the Carrel authors. */
package dev.carrel.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import dev.carrel.benchmarks.router.RouterPeers;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A cell {@code 1+1} over the kernel's WebSocket: through the router and directly to the same kernel of the same container, in turns. */
final class CellRoundTrip {
    private CellRoundTrip() {}

    /** Beside nginx and configurable-http-proxy before the same container when there are peers. */
    static void run(Installation carrel, int rounds, @Nullable Path peers) throws IOException, InterruptedException {
        carrel.send("POST", "/hub/api/users/ada/server", "");
        HttpResponse<String> made = carrel.send("POST", "/user/ada/api/kernels", "{\"name\":\"python3\"}");
        for (int i = 0; made.statusCode() != 201 && i < 300; i++) {
            LockSupport.parkNanos(100_000_000);
            made = carrel.send("POST", "/user/ada/api/kernels", "{\"name\":\"python3\"}");
        }
        String kernel = Installation.JSON.readTree(made.body()).path("id").asText();
        JsonNode container = Installation.JSON
                .readTree(Shell.run(List.of("docker", "inspect", carrel.container())))
                .get(0);
        String address = container
                .path("NetworkSettings")
                .path("Networks")
                .iterator()
                .next()
                .path("IPAddress")
                .asText();
        Map<String, Integer> doors = new LinkedHashMap<>();
        if (peers == null) {
            measure(carrel, container, kernel, address, doors, rounds);
        } else {
            try (RouterPeers before = new RouterPeers(peers, address + ":8888")) {
                doors.putAll(before.ports());
                measure(carrel, container, kernel, address, doors, rounds);
            }
        }
    }

    private static void measure(
            Installation carrel,
            JsonNode container,
            String kernel,
            String address,
            Map<String, Integer> doors,
            int rounds)
            throws IOException, InterruptedException {
        String path = "/user/ada/api/kernels/" + kernel + "/channels";
        String token = ColdStart.environment(container, "JUPYTER_TOKEN");
        Map<String, KernelClient> clients = new LinkedHashMap<>();
        try {
            clients.put(
                    "through the router",
                    new KernelClient(
                            carrel.http(), URI.create("ws://localhost:" + carrel.port() + path), carrel.token()));
            clients.put(
                    "direct", new KernelClient(carrel.http(), URI.create("ws://" + address + ":8888" + path), token));
            for (Map.Entry<String, Integer> door : doors.entrySet()) {
                clients.put(
                        door.getKey(),
                        new KernelClient(carrel.http(), URI.create("ws://127.0.0.1:" + door.getValue() + path), token));
            }
            Samples own = new Samples();
            Map<String, Samples> seen = new LinkedHashMap<>();
            seen.put("through the router", own);
            for (int i = -20; i < rounds; i++) {
                for (Map.Entry<String, KernelClient> client : clients.entrySet()) {
                    long nanos = client.getValue().roundTrip("1+1");
                    if (i >= 0) {
                        seen.computeIfAbsent(client.getKey(), _ -> new Samples())
                                .add(nanos);
                    }
                }
            }
            System.out.println("cell 1+1   (goal: p50 <= 10 ms, p95 <= 15 ms, ratio to direct <= 1.00)");
            double ours = own.median();
            seen.forEach((name, samples) -> System.out.printf(
                    Locale.ROOT, "  %-18s  %s   (ours %.2f)%n", name, samples, ours / samples.median()));
        } finally {
            clients.values().forEach(KernelClient::close);
        }
    }
}
