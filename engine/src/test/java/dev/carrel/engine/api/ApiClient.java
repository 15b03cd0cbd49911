/* Copyright the Carrel authors. */
package dev.carrel.engine.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.Stream;

/**
 * A script that speaks to the API.
 *
 * @param authorization the header; none when empty
 */
record ApiClient(int port, String authorization) {
    static final ObjectMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(JsonNodeFeature.WRITE_PROPERTIES_SORTED)
            .build();

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** An answer. */
    record Answer(int status, HttpResponse<String> whole) {
        String body() {
            return whole.body();
        }

        String header(String name) {
            return whole.headers().firstValue(name).orElse("");
        }

        JsonNode json() {
            try {
                return JSON.readTree(body());
            } catch (JsonProcessingException e) {
                throw new AssertionError("no JSON: " + this, e);
            }
        }

        String message() {
            return json().path("message").asText();
        }

        /** The status and the JSON, field by field, but for what differs from run to run. */
        void is(int wantedStatus, String wantedJson) {
            assertThat(status).as(body()).isEqualTo(wantedStatus);
            assertThat(header("content-type")).startsWith("application/json");
            assertThat(ApiRig.normal(body())).isEqualTo(ApiRig.normal(wantedJson));
        }

        void isEmpty(int wantedStatus) {
            assertThat(status).as(body()).isEqualTo(wantedStatus);
            assertThat(body()).isEmpty();
        }

        /** An error as JupyterHub tells it: JSON with the status and a message. */
        void refuses(int wantedStatus, String wantedMessage) {
            assertThat(status).as(body()).isEqualTo(wantedStatus);
            assertThat(header("content-type")).startsWith("application/json");
            assertThat(json().path("status").asInt()).isEqualTo(wantedStatus);
            assertThat(message()).isEqualTo(wantedMessage);
        }

        @Override
        public String toString() {
            return status + " " + body();
        }
    }

    Answer get(String path) {
        return send("GET", path, "");
    }

    Answer post(String path, String body) {
        return send("POST", path, body);
    }

    Answer patch(String path, String body) {
        return send("PATCH", path, body);
    }

    Answer delete(String path) {
        return send("DELETE", path, "");
    }

    Answer send(String method, String path, String body) {
        return send(method, path, body.getBytes(StandardCharsets.UTF_8));
    }

    Answer send(String method, String path, byte[] body, String... headers) {
        HttpRequest.Builder request = request(path)
                .method(
                        method,
                        body.length == 0
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(body));
        return headers.length == 0 ? send(request) : send(request.headers(headers));
    }

    HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(60));
        return authorization.isEmpty() ? request : request.header("Authorization", authorization);
    }

    static Answer send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), response);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** An answer that is still coming, line by line. */
    HttpResponse<Stream<String>> stream(String path) throws IOException, InterruptedException {
        return HTTP.send(request(path).build(), HttpResponse.BodyHandlers.ofLines());
    }

    /** A connection on which a GET has been sent; what comes is the test's to read. */
    Socket open(String rawPath) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(30_000);
        String head = "GET " + rawPath + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: " + authorization
                + "\r\nConnection: close\r\n\r\n";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
        return socket;
    }

    /** For paths that no proper client sends: all that comes back. */
    String raw(String rawPath) throws IOException {
        try (Socket socket = open(rawPath)) {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
