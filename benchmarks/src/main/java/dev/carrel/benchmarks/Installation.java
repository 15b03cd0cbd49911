/* Copyright the Carrel authors. */
package dev.carrel.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** An installation of its own for one benchmark. */
final class Installation implements AutoCloseable {
    static final ObjectMapper JSON = new ObjectMapper();
    private final String program;
    private final Path data;
    private final int port;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private String token = "";

    Installation(Path distribution, int port) throws IOException {
        this.program = distribution.resolve("bin/carrel").toString();
        this.data = Files.createTempDirectory("carrel-bench").resolve("data");
        this.port = port;
    }

    int port() {
        return port;
    }

    HttpClient http() {
        return http;
    }

    String token() {
        return token;
    }

    String installId() throws IOException {
        return Files.readString(data.resolve("install-id")).strip();
    }

    String carrel(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(List.of(arguments));
        command.addAll(List.of("--data", data.toString()));
        return Shell.run(command);
    }

    /** Starts it; returns how long the command took in nanoseconds. */
    long up() throws IOException, InterruptedException {
        long begin = System.nanoTime();
        carrel("up", "--detach", "--port", Integer.toString(port));
        return System.nanoTime() - begin;
    }

    void addUser(String name) throws IOException, InterruptedException {
        Shell.run(
                "a long pass phrase\n",
                List.of(program, "user", "add", name, "--password-stdin", "--data", data.toString()));
        token = carrel("token", "create", name);
    }

    JsonNode status() throws IOException, InterruptedException {
        return JSON.readTree(carrel("status", "--json"));
    }

    HttpResponse<String> send(String method, String path, String body) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                        .timeout(Duration.ofSeconds(90))
                        .header("Authorization", "token " + token)
                        .method(
                                method,
                                body.isEmpty()
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** The one running session's container. */
    String container() throws IOException, InterruptedException {
        return Shell.run(
                List.of("docker", "ps", "-q", "--no-trunc", "--filter", "label=dev.carrel.install=" + installId()));
    }

    @Override
    public void close() throws IOException {
        try {
            carrel("down");
            for (String id : Shell.run(
                            List.of("docker", "ps", "-aq", "--filter", "label=dev.carrel.install=" + installId()))
                    .lines()
                    .toList()) {
                Shell.run(List.of("docker", "rm", "-f", id));
            }
            for (String id : Shell.run(List.of(
                            "docker", "network", "ls", "-q", "--filter", "label=dev.carrel.install=" + installId()))
                    .lines()
                    .toList()) {
                Shell.run(List.of("docker", "network", "rm", id));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while clearing up", e);
        }
    }
}
