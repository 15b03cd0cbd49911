/* Copyright the Carrel authors. */
package dev.carrel.benchmarks;

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
import org.jspecify.annotations.Nullable;

/** Runs cells over a kernel's WebSocket. */
final class KernelClient implements WebSocket.Listener, AutoCloseable {
    private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
    private final StringBuilder partial = new StringBuilder();
    private final WebSocket socket;

    KernelClient(HttpClient http, URI uri, String token) {
        socket = http.newWebSocketBuilder()
                .header("Authorization", "token " + token)
                .buildAsync(uri, this)
                .join();
    }

    /** Sends a cell and waits until the kernel has sent both the reply and idle; returns the nanoseconds. */
    long roundTrip(String code) throws IOException, InterruptedException {
        String id = UUID.randomUUID().toString();
        ObjectNode request = Installation.JSON.createObjectNode();
        request.putObject("header")
                .put("msg_id", id)
                .put("msg_type", "execute_request")
                .put("username", "b")
                .put("session", "b")
                .put("date", "2026-03-01T12:00:00Z")
                .put("version", "5.3");
        request.putObject("parent_header");
        request.putObject("metadata");
        request.put("channel", "shell");
        request.putObject("content")
                .put("code", code)
                .put("silent", false)
                .put("store_history", false)
                .put("allow_stdin", false)
                .put("stop_on_error", true)
                .putObject("user_expressions");
        long begin = System.nanoTime();
        socket.sendText(request.toString(), true).join();
        boolean replied = false;
        boolean idle = false;
        while (!replied || !idle) {
            String text = messages.poll(60, TimeUnit.SECONDS);
            if (text == null) {
                throw new IOException("the kernel did not answer within 60 s");
            }
            JsonNode message = Installation.JSON.readTree(text);
            if (message.path("parent_header").path("msg_id").asText().equals(id)) {
                String type = message.path("header").path("msg_type").asText();
                replied |= type.equals("execute_reply");
                idle |= type.equals("status")
                        && message.path("content")
                                .path("execution_state")
                                .asText()
                                .equals("idle");
            }
        }
        return System.nanoTime() - begin;
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
        partial.append(data);
        if (last) {
            messages.add(partial.toString());
            partial.setLength(0);
        }
        webSocket.request(1);
        return null;
    }

    @Override
    public void close() {
        socket.abort();
    }
}
