/* Copyright the Carrel authors. */
package dev.carrel.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** A client of the REST API with a token, as a script would be. */
final class Api {
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Carrel carrel;
    private final String token;

    Api(Carrel carrel, String token) {
        this.carrel = carrel;
        this.token = token;
    }

    /** An answer. */
    record Answer(int status, String body) {
        JsonNode json() {
            try {
                return Carrel.JSON.readTree(body);
            } catch (IOException e) {
                throw new UncheckedIOException(body, e);
            }
        }
    }

    Answer get(String path) {
        return send("GET", path, "");
    }

    Answer post(String path, String body) {
        return send("POST", path, body);
    }

    Answer delete(String path) {
        return send("DELETE", path, "");
    }

    /** @param headers names and values by turns */
    Answer send(String method, String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(carrel.url() + path))
                .timeout(Duration.ofSeconds(90))
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        if (!token.isEmpty()) {
            request.header("Authorization", "token " + token);
        }
        try {
            HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.body());
        } catch (IOException e) {
            return new Answer(0, e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Starts the default server and waits until it is ready. */
    void startServer(String user) {
        Answer answer = post("/hub/api/users/" + user + "/server", "");
        if (answer.status() != 201 && answer.status() != 202) {
            throw new AssertionError("start of " + user + ": " + answer);
        }
        // The progress stream ends when the server is ready or has failed.
        Answer progress = answer.status() == 201 ? null : get("/hub/api/users/" + user + "/server/progress");
        if (progress != null
                && !progress.body().contains("\"ready\":true")
                && !progress.body().contains("\"ready\": true")) {
            throw new AssertionError("progress of " + user + ": " + progress + carrel.logs());
        }
    }

    JsonNode server(String user) {
        return get("/hub/api/users/" + user).json().path("servers").path("");
    }

    HttpClient http() {
        return http;
    }

    String token() {
        return token;
    }
}
