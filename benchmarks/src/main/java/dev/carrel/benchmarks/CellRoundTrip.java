/* Copyright the Carrel authors. */
package dev.carrel.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Locale;

/** A cell {@code 1+1} over the kernel's WebSocket: through the router and directly to the same kernel of the same container, in turns. */
final class CellRoundTrip {
    private CellRoundTrip() {}

    static void run(Installation carrel, int rounds) throws IOException, InterruptedException {
        carrel.send("POST", "/hub/api/users/ada/server", "");
        HttpResponse<String> made = carrel.send("POST", "/user/ada/api/kernels", "{\"name\":\"python3\"}");
        for (int i = 0; made.statusCode() != 201 && i < 300; i++) {
            java.util.concurrent.locks.LockSupport.parkNanos(100_000_000);
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
        String path = "/user/ada/api/kernels/" + kernel + "/channels";
        Samples routed = new Samples();
        Samples direct = new Samples();
        try (KernelClient through = new KernelClient(
                        carrel.http(), URI.create("ws://localhost:" + carrel.port() + path), carrel.token());
                KernelClient straight = new KernelClient(
                        carrel.http(),
                        URI.create("ws://" + address + ":8888" + path),
                        ColdStart.environment(container, "JUPYTER_TOKEN"))) {
            for (int i = 0; i < 20; i++) {
                through.roundTrip("1+1");
                straight.roundTrip("1+1");
            }
            for (int i = 0; i < rounds; i++) {
                routed.add(through.roundTrip("1+1"));
                direct.add(straight.roundTrip("1+1"));
            }
        }
        System.out.printf(
                Locale.ROOT,
                "cell 1+1%n  through the router  %s%n  direct              %s%n  ratio %.2f   (goal: <= 1.00)%n",
                routed,
                direct,
                routed.median() / direct.median());
    }
}
