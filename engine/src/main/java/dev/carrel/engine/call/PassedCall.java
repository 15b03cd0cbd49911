/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carrel.engine.function.FunctionId;
import dev.carrel.engine.function.FunctionVersion;
import dev.carrel.protocol.name.FunctionName;
import dev.carrel.protocol.name.UserName;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * A call as one engine passes it on to that of another instance: four bytes with the length of a JSON object, the object, the raw body.
 *
 * @param number of the version
 * @param created when the version was published, for a later function may have the same name
 * @param active whether the active version was called, which this was
 * @param patience milliseconds that the caller still waits; below 0 for as long as it takes
 */
record PassedCall(FunctionId function, long number, Instant created, boolean active, Ask ask, long patience) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** A call of a version. */
    static PassedCall of(FunctionVersion version, boolean active, Ask ask, long patience) {
        return new PassedCall(version.function(), version.number(), version.created(), active, ask, patience);
    }

    /** As it is sent: what stands before the body. */
    byte[] head() {
        ObjectNode node = JSON.createObjectNode();
        node.put("owner", function.owner().value());
        node.put("function", function.name().value());
        node.put("version", number);
        node.put("created", created.toString());
        node.put("active", active);
        node.put("patience", patience);
        node.put("call", ask.callId());
        node.put("handler", ask.handler());
        node.put("method", ask.method());
        node.put("arguments", ask.arguments());
        node.put("keywords", ask.keywords());
        node.put("type", ask.type());
        ask.headers().forEach(node.putObject("headers")::put);
        byte[] json = node.toString().getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(Integer.BYTES + json.length)
                .putInt(json.length)
                .put(json)
                .array();
    }

    /**
     * What was sent.
     *
     * @throws IllegalArgumentException when it is no call
     */
    static PassedCall of(byte[] sent) {
        if (sent.length < Integer.BYTES) {
            throw new IllegalArgumentException(sent.length + " bytes (expected: a call)");
        }
        int length = ByteBuffer.wrap(sent).getInt();
        if (length < 0 || length > sent.length - Integer.BYTES) {
            throw new IllegalArgumentException(
                    "head: " + length + " bytes of " + (sent.length - Integer.BYTES) + " (expected: not more)");
        }
        int body = Integer.BYTES + length;
        try {
            JsonNode node = JSON.readTree(new String(sent, Integer.BYTES, length, StandardCharsets.UTF_8));
            Map<String, String> headers = new HashMap<>();
            node.path("headers")
                    .properties()
                    .forEach(e -> headers.put(e.getKey(), e.getValue().asText()));
            return new PassedCall(
                    new FunctionId(UserName.of(text(node, "owner")), new FunctionName(text(node, "function"))),
                    node.path("version").asLong(),
                    Instant.parse(text(node, "created")),
                    node.path("active").asBoolean(),
                    new Ask(
                            text(node, "call"),
                            text(node, "handler"),
                            text(node, "method"),
                            text(node, "arguments"),
                            text(node, "keywords"),
                            text(node, "type"),
                            headers,
                            Arrays.copyOfRange(sent, body, sent.length)),
                    node.path("patience").asLong());
        } catch (JsonProcessingException | DateTimeException e) {
            throw new IllegalArgumentException("no call: " + e.getMessage(), e);
        }
    }

    private static String text(JsonNode node, String name) {
        JsonNode value = node.path(name);
        if (!value.isTextual()) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: a text)");
        }
        return value.asText();
    }
}
