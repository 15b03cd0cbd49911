/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Speaks to a Carrel over its REST API as any person may, here or from another machine: with its address and a token. */
final class HubClient {
    static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, String> environment;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "Where Carrel is (default: $CARREL_URL, else http://localhost:8000).")
    private @Nullable String url;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "A file that holds an API token (default: $CARREL_API_TOKEN).")
    private @Nullable Path tokenFile;

    /** Filled by picocli before use. */
    HubClient() {
        this(System.getenv());
    }

    HubClient(Map<String, String> environment) {
        this.environment = environment;
    }

    /**
     * An answer.
     *
     * @param state of the asynchronous call it is about; empty when it is about none
     */
    record Answer(int status, byte[] body, String state) {
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        JsonNode json() {
            try {
                return JSON.readTree(text());
            } catch (JsonProcessingException e) {
                throw new LauncherException("the answer is no JSON: is this the address of a Carrel?", e);
            }
        }
    }

    /** Sends a request whose answer must be a good one; a body of null sends none. */
    Answer send(String method, String path, @Nullable JsonNode body, Duration limit) {
        Answer answer = ask(method, path, body, limit);
        if (answer.status() >= 400) {
            throw failure(answer);
        }
        return answer;
    }

    /** What a bad answer says. */
    static LauncherException failure(Answer answer) {
        String message = "";
        try {
            message = JSON.readTree(answer.body()).path("message").asText();
        } catch (IOException _) {
            // Told by its status alone: whoever answers is perhaps no Carrel.
        }
        return new LauncherException(answer.status() + (message.isEmpty() ? "" : ": " + message));
    }

    /** Sends a request; any answer will do. */
    Answer ask(String method, String path, @Nullable JsonNode body, Duration limit) {
        URI uri = URI.create(base() + path);
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .timeout(limit)
                .header("Accept", "application/json, */*;q=0.5")
                .header("Authorization", "token " + token());
        if (body == null) {
            request.method(method, HttpRequest.BodyPublishers.noBody());
        } else {
            request.header("Content-Type", "application/json")
                    .method(method, HttpRequest.BodyPublishers.ofString(body.toString()));
        }
        try (HttpClient http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(10))
                .build()) {
            HttpResponse<byte[]> response = http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            return new Answer(
                    response.statusCode(),
                    response.body(),
                    response.headers().firstValue("X-Carrel-State").orElse(""));
        } catch (IOException e) {
            throw new LauncherException(
                    base() + " does not answer: " + e
                            + " (expected: a Carrel; give its address by --url or CARREL_URL)",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LauncherException("interrupted", e);
        }
    }

    private String base() {
        String given = url == null ? environment.getOrDefault("CARREL_URL", "http://localhost:8000") : url;
        if (!given.matches("https?://[^/?#]+/?")) {
            throw new LauncherException("--url: \"" + given + "\" (expected: an address as https://hub.example.org)");
        }
        return given.endsWith("/") ? given.substring(0, given.length() - 1) : given;
    }

    private String token() {
        String token = environment.getOrDefault("CARREL_API_TOKEN", "");
        if (tokenFile != null) {
            try {
                token = Files.readString(tokenFile).strip();
            } catch (IOException e) {
                throw new LauncherException("--token-file " + tokenFile + " cannot be read: " + e, e);
            }
        }
        if (!token.matches("[\\x21-\\x7e]+")) {
            throw new LauncherException(
                    "no token (expected: one in CARREL_API_TOKEN or in the file of --token-file; make one on your page of tokens, or by: carrel token create NAME)");
        }
        return token;
    }
}
