/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carrel.engine.call.Ask;
import dev.carrel.engine.call.Unattended;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/** What was asked and what came of it as texts of ASCII alone, for keeping. */
final class AskJson {
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private AskJson() {}

    /** What was asked. */
    static String write(Ask ask) {
        ObjectNode node = JSON.createObjectNode();
        node.put("id", ask.callId());
        node.put("handler", ask.handler());
        node.put("method", ask.method());
        node.put("arguments", ask.arguments());
        node.put("keywords", ask.keywords());
        node.put("type", ask.type());
        ask.headers().forEach(node.putObject("headers")::put);
        node.put("body", Base64.getEncoder().encodeToString(ask.body()));
        return text(node);
    }

    /**
     * What was asked.
     *
     * @throws IllegalArgumentException when it is none of ours
     */
    static Ask ask(String text) {
        JsonNode node = node(text);
        return new Ask(
                node.path("id").asText(),
                node.path("handler").asText(),
                node.path("method").asText(),
                node.path("arguments").asText(),
                node.path("keywords").asText(),
                node.path("type").asText(),
                texts(node.path("headers")),
                Base64.getDecoder().decode(node.path("body").asText()));
    }

    /** What came of it. */
    static String write(Unattended.Final result) {
        ObjectNode node = JSON.createObjectNode();
        node.put("version", result.version());
        node.put("status", result.status());
        node.put("type", result.type());
        result.headers().forEach(node.putObject("headers")::put);
        node.put("body", Base64.getEncoder().encodeToString(result.body()));
        node.put("code", result.code());
        node.put("message", result.message());
        node.put("detail", result.detail());
        return text(node);
    }

    /**
     * What came of it.
     *
     * @throws IllegalArgumentException when it is none of ours
     */
    static Unattended.Final result(String text) {
        JsonNode node = node(text);
        return new Unattended.Final(
                node.path("version").asLong(),
                node.path("status").asInt(),
                node.path("type").asText(),
                texts(node.path("headers")),
                Base64.getDecoder().decode(node.path("body").asText()),
                node.path("code").asText(),
                node.path("message").asText(),
                node.path("detail").asText());
    }

    private static String text(ObjectNode node) {
        try {
            return JSON.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of texts and numbers can be written", e);
        }
    }

    private static JsonNode node(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("no call of ours: " + e.getOriginalMessage(), e);
        }
    }

    private static Map<String, String> texts(JsonNode object) {
        Map<String, String> texts = new HashMap<>();
        object.properties().forEach(e -> texts.put(e.getKey(), e.getValue().asText()));
        return texts;
    }
}
