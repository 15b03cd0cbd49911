/* Copyright the Carrel authors. */
package dev.carrel.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A kernel of a session, spoken to over its WebSocket through the router. */
final class Kernel implements AutoCloseable, WebSocket.Listener {
    private static final String CLOSED = "{\"closed\":true}";
    private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
    private final StringBuilder partial = new StringBuilder();
    private final String id;
    private final WebSocket socket;
    private volatile boolean closed;

    private Kernel(HttpClient http, String token, URI server, String id) {
        this.id = id;
        socket = http.newWebSocketBuilder()
                .header("Authorization", "token " + token)
                .buildAsync(URI.create("ws" + server.toString().substring(4) + "api/kernels/" + id + "/channels"), this)
                .join();
    }

    /** Starts a kernel and connects to it. */
    static Kernel start(Carrel carrel, Api api, String user) {
        Api.Answer answer = api.post("/user/" + user + "/api/kernels", "{\"name\":\"python3\"}");
        assertThat(answer.status()).as("%s", answer).isEqualTo(201);
        return connect(carrel, api, user, answer.json().path("id").asText());
    }

    /** Connects to a kernel that runs already. */
    static Kernel connect(Carrel carrel, Api api, String user, String id) {
        return connect(api.http(), api.token(), URI.create(carrel.url() + "/user/" + user + "/"), id);
    }

    /** Connects to a kernel of any Jupyter server; its URL ends in a slash. */
    static Kernel connect(HttpClient http, String token, URI server, String id) {
        return new Kernel(http, token, server, id);
    }

    String id() {
        return id;
    }

    boolean closed() {
        return closed;
    }

    /** Runs code and returns what it printed, or its error. */
    String run(String code) throws InterruptedException, IOException {
        String message = UUID.randomUUID().toString();
        ObjectNode request = Carrel.JSON.createObjectNode();
        request.putObject("header")
                .put("msg_id", message)
                .put("msg_type", "execute_request")
                .put("username", "test")
                .put("session", message)
                .put("date", "2026-03-01T12:00:00Z")
                .put("version", "5.3");
        request.putObject("parent_header");
        request.putObject("metadata");
        request.put("channel", "shell");
        request.putObject("content")
                .put("code", code)
                .put("silent", false)
                .put("store_history", true)
                .put("allow_stdin", false)
                .put("stop_on_error", true)
                .putObject("user_expressions");
        socket.sendText(request.toString(), true).join();
        StringBuilder output = new StringBuilder();
        while (true) {
            String text = messages.poll(60, TimeUnit.SECONDS);
            assertThat(text).as("an answer to: %s; so far: %s", code, output).isNotNull();
            if (text.equals(CLOSED)) {
                throw new IOException("the socket was closed");
            }
            JsonNode reply = Carrel.JSON.readTree(text);
            if (reply.path("parent_header").path("msg_id").asText().equals(message)) {
                switch (reply.path("msg_type")
                        .asText(reply.path("header").path("msg_type").asText())) {
                    case "stream" ->
                        output.append(reply.path("content").path("text").asText());
                    case "execute_result" ->
                        output.append(reply.path("content")
                                .path("data")
                                .path("text/plain")
                                .asText());
                    case "error" ->
                        output.append(reply.path("content").path("ename").asText())
                                .append(": ")
                                .append(reply.path("content").path("evalue").asText());
                    case "status" -> {
                        if (reply.path("content")
                                .path("execution_state")
                                .asText()
                                .equals("idle")) {
                            return output.toString().strip();
                        }
                    }
                    default -> {}
                }
            }
        }
    }

    @Override
    public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
        partial.append(data);
        if (last) {
            messages.add(partial.toString());
            partial.setLength(0);
        }
        webSocket.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket webSocket, int status, String reason) {
        closed = true;
        messages.add(CLOSED);
        return null;
    }

    @Override
    public void onError(WebSocket webSocket, Throwable error) {
        closed = true;
        messages.add(CLOSED);
    }

    @Override
    public void close() {
        socket.abort();
    }
}
