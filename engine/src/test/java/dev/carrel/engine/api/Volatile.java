/* Copyright the Carrel authors. */
package dev.carrel.engine.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Replaces values that differ from run to run by words, so that answers can be compared with written ones. */
final class Volatile {
    private Volatile() {}

    static JsonNode replaced(JsonNode node) {
        if (node instanceof ObjectNode object) {
            ObjectNode copy = JsonNodeFactory.instance.objectNode();
            object.properties().forEach(e -> copy.set(e.getKey(), replaced(e.getValue())));
            return copy;
        }
        if (node instanceof ArrayNode array) {
            ArrayNode copy = JsonNodeFactory.instance.arrayNode();
            array.forEach(element -> copy.add(replaced(element)));
            return copy;
        }
        return node.isTextual() ? JsonNodeFactory.instance.textNode(word(node.asText())) : node;
    }

    private static String word(String text) {
        if (text.matches("[a-z2-7]{26}")) {
            return "SESSION";
        }
        if (text.matches("[a-z2-7]{16}")) {
            return "TOKEN";
        }
        if (text.matches("[A-Za-z0-9_.-]{100,}")) {
            return "SECRET";
        }
        return text.replaceFirst("^java \\d.*", "java VERSION");
    }
}
