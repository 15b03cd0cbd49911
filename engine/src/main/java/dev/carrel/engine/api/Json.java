/* Copyright the Carrel authors. */
package dev.carrel.engine.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carrel.http.server.HttpFailure;
import dev.carrel.http.server.Request;
import dev.carrel.http.server.Response;
import dev.carrel.protocol.name.Printable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Bodies in and out. What is wrong with a body is told with its place or its field. */
final class Json {
    private static final int MAX_BODY = 256 * 1024;
    /** What a program's text may need when every character of it is escaped. */
    static final int LARGE_BODY = 2 * 1024 * 1024;

    private static final ObjectMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(16)
                            .maxDocumentLength(LARGE_BODY)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Json() {}

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    static com.fasterxml.jackson.databind.node.ArrayNode array() {
        return MAPPER.createArrayNode();
    }

    static Response answer(int status, JsonNode body) {
        return Response.json(status, body.toString().getBytes(StandardCharsets.UTF_8))
                .uncached();
    }

    /** The object in the body; an empty body is an empty object, as JupyterHub takes it. */
    static JsonNode body(Request request) throws IOException {
        if (request.body().text(MAX_BODY).isEmpty()) {
            return object();
        }
        String type = request.header("content-type").orElse("application/json");
        if (type.startsWith("text/")
                || type.startsWith("application/x-www-form-urlencoded")
                || type.startsWith("multipart/")) {
            throw new HttpFailure(
                    415, "content-type", "content type: " + Printable.quote(type) + " (expected: application/json)");
        }
        return parsed(request, MAX_BODY);
    }

    /** As {@link #body(Request)}, whatever the body is said to be: curl says of what follows {@code -d} that it is a form. */
    static JsonNode anyBody(Request request) throws IOException {
        return parsed(request, LARGE_BODY);
    }

    private static JsonNode parsed(Request request, int most) throws IOException {
        // Decoded here, because the parser guesses the encoding and lets overlong forms pass.
        String text = request.body().text(most);
        return text.isEmpty() ? object() : parse("body", text);
    }

    /** @param what is parsed, for the message */
    static JsonNode parse(String what, String text) {
        JsonNode node;
        try {
            node = MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            JsonLocation place = e.getLocation();
            String where = place == null ? "" : " at line " + place.getLineNr() + ", column " + place.getColumnNr();
            throw new HttpFailure(400, "json.malformed", what + ": not JSON" + where + " (expected: one JSON object)");
        }
        if (node == null || !node.isObject()) {
            throw new HttpFailure(400, "json.not-object", what + ": " + shown(node) + " (expected: an object)");
        }
        return node;
    }

    static Optional<String> text(JsonNode body, String field) {
        JsonNode value = body.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isTextual()) {
            throw wrong(field, value, "a text");
        }
        return Optional.of(value.asText());
    }

    static Optional<Boolean> flag(JsonNode body, String field) {
        JsonNode value = body.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isBoolean()) {
            throw wrong(field, value, "true or false");
        }
        return Optional.of(value.asBoolean());
    }

    static Optional<Long> number(JsonNode body, String field) {
        JsonNode value = body.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw wrong(field, value, "a whole number");
        }
        return Optional.of(value.asLong());
    }

    static List<String> texts(JsonNode body, String field) {
        JsonNode value = body.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return List.of();
        }
        if (!value.isArray()) {
            throw wrong(field, value, "a list of texts");
        }
        List<String> list = new ArrayList<>();
        for (JsonNode element : value) {
            if (!element.isTextual()) {
                throw wrong(field, element, "a list of texts");
            }
            list.add(element.asText());
        }
        return list;
    }

    static HttpFailure wrong(String field, JsonNode value, String expected) {
        return new HttpFailure(400, "json.field", field + ": " + shown(value) + " (expected: " + expected + ")");
    }

    private static String shown(@Nullable JsonNode value) {
        if (value == null || value.isMissingNode()) {
            return "nothing";
        }
        if (value.isContainerNode()) {
            return value.isArray() ? "a list" : "an object";
        }
        String text = Printable.quote(value.asText());
        return value.isTextual() ? text : text.substring(1, text.lastIndexOf('"'));
    }
}
