/* Copyright the Carrel authors. */
package dev.carrel.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/**
 * How much engine, router and manager add to a start: POST server until 200 on the session's {@code /api} through the router, against the
 * same container (same image, command, limits, mounts, network) by {@code docker run} and polled directly; in turns.
 */
final class ColdStart {
    private static final long POLL = 10_000_000;

    private ColdStart() {}

    static void run(Installation carrel, int rounds) throws IOException, InterruptedException {
        Samples ours = new Samples();
        Samples plain = new Samples();
        Samples added = new Samples();
        JsonNode template = null;
        for (int round = 0; round <= rounds; round++) {
            long mine = ours(carrel);
            if (template == null) {
                template = Installation.JSON
                        .readTree(Shell.run(List.of("docker", "inspect", carrel.container())))
                        .get(0);
            }
            stop(carrel);
            long theirs = plain(template, round);
            // The first round warms caches and JIT of both.
            if (round > 0) {
                ours.add(mine);
                plain.add(theirs);
                added.add(mine - theirs);
            }
        }
        System.out.printf(
                Locale.ROOT,
                "cold start%n  carrel      %s%n  docker run  %s%n  added       %s   ratio %.2f   (goal: p50 of added <= 150 ms)%n",
                ours,
                plain,
                added,
                ours.median() / plain.median());
    }

    private static long ours(Installation carrel) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        HttpResponse<String> post = carrel.send("POST", "/hub/api/users/ada/server", "");
        if (post.statusCode() != 201 && post.statusCode() != 202) {
            throw new IOException("start: " + post.statusCode() + " " + post.body());
        }
        await(() -> carrel.send("GET", "/user/ada/api", "").statusCode());
        return System.nanoTime() - begin;
    }

    private static void stop(Installation carrel) throws IOException, InterruptedException {
        carrel.send("DELETE", "/hub/api/users/ada/server", "");
        await(() -> carrel.container().isEmpty() ? 200 : 0);
    }

    /** The same container by hand. */
    private static List<String> command(JsonNode template, String name) {
        List<String> command = new ArrayList<>(List.of(
                "docker",
                "run",
                "-d",
                "--name",
                name,
                "--cap-drop",
                "ALL",
                "--security-opt",
                "no-new-privileges",
                "--network",
                template.path("HostConfig").path("NetworkMode").asText(),
                "--memory",
                template.path("HostConfig").path("Memory").asText(),
                "--memory-swap",
                template.path("HostConfig").path("MemorySwap").asText(),
                "--pids-limit",
                template.path("HostConfig").path("PidsLimit").asText(),
                "--user",
                template.path("Config").path("User").asText()));
        if (template.path("HostConfig").path("NanoCpus").asLong() > 0) {
            command.addAll(List.of(
                    "--cpus",
                    Double.toString(template.path("HostConfig").path("NanoCpus").asLong() / 1e9)));
        }
        if (template.path("HostConfig").path("ReadonlyRootfs").asBoolean()) {
            command.add("--read-only");
        }
        template.path("HostConfig")
                .path("Tmpfs")
                .properties()
                .forEach(e -> command.addAll(
                        List.of("--tmpfs", e.getKey() + ":" + e.getValue().asText())));
        template.path("Mounts").forEach(m -> {
            if (m.path("Type").asText().equals("bind")) {
                command.addAll(List.of(
                        "-v",
                        m.path("Source").asText() + ":" + m.path("Destination").asText()));
            }
        });
        template.path("Config").path("Env").forEach(e -> command.addAll(List.of("-e", e.asText())));
        command.add(template.path("Config").path("Image").asText());
        template.path("Config").path("Cmd").forEach(c -> command.add(c.asText()));
        return command;
    }

    private static long plain(JsonNode template, int round) throws IOException, InterruptedException {
        String name = "carrel-bench-" + ProcessHandle.current().pid() + "-" + round;
        List<String> command = command(template, name);
        String token = environment(template, "JUPYTER_TOKEN");
        try (HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            long begin = System.nanoTime();
            Shell.run(command);
            String address = Shell.run(List.of(
                    "docker", "inspect", "--format", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", name));
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + address + ":8888/user/ada/api"))
                    .header("Authorization", "token " + token)
                    .build();
            await(() ->
                    http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode());
            return System.nanoTime() - begin;
        } finally {
            Shell.run(List.of("docker", "rm", "-f", name));
        }
    }

    static String environment(JsonNode container, String name) throws IOException {
        for (JsonNode entry : container.path("Config").path("Env")) {
            if (entry.asText().startsWith(name + "=")) {
                return entry.asText().substring(name.length() + 1);
            }
        }
        throw new IOException("the container has no " + name);
    }

    private interface Status {
        int get() throws IOException, InterruptedException;
    }

    private static void await(Status status) throws InterruptedException, IOException {
        long end = System.nanoTime() + 60_000_000_000L;
        while (System.nanoTime() < end) {
            try {
                if (status.get() == 200) {
                    return;
                }
            } catch (java.net.ConnectException _) {
                // It does not listen yet.
            }
            LockSupport.parkNanos(POLL);
        }
        throw new IOException("no 200 within 60 s");
    }
}
