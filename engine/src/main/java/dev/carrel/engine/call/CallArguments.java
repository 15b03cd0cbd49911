/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carrel.http.multipart.MultipartException;
import dev.carrel.http.multipart.MultipartLimits;
import dev.carrel.http.multipart.Part;
import dev.carrel.http.server.Headers;
import dev.carrel.http.server.HttpFailure;
import dev.carrel.http.server.Parameters;
import dev.carrel.http.server.Request;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What a request hands to a function. Positional arguments are those of the path and then those of the body; keywords are those of the query and then those of
 * the body.
 */
final class CallArguments {
    private static final byte[] NOTHING = {};
    private static final int MAX_DEPTH = 200;
    private static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            // A number is handed on as it was written.
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    /** Between this hop and the next only, or somebody's credentials. */
    private static final Set<String> WITHHELD = Set.of(
            "authorization",
            "cookie",
            "connection",
            "content-length",
            "expect",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authorization",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "x-callback-url",
            "x-xsrftoken");

    private CallArguments() {}

    /**
     * Reads a request.
     *
     * @throws HttpFailure 400, 413, 415 with what is wrong
     */
    static Ask read(Request request, CallTarget target, String callId, int maxBody) throws IOException {
        Parameters query = request.query();
        ArrayNode arguments = JSON.createArrayNode();
        target.arguments().forEach(arguments::add);
        ObjectNode keywords = JSON.createObjectNode();
        add(keywords, query);
        byte[] body = NOTHING;
        String type = "";
        switch (request.body().contentType()) {
            case "application/x-www-form-urlencoded" ->
                add(keywords, request.body().form());
            case "multipart/form-data" -> add(keywords, request, maxBody);
            case String json
            when json.equals("application/json") || json.endsWith("+json") ->
                addJson(arguments, keywords, request.body().text(maxBody));
            case String other -> {
                body = request.body().bytes(maxBody);
                if (body.length > 0) {
                    type = other.isEmpty()
                            ? "application/octet-stream"
                            : request.header("content-type").orElse(other);
                }
            }
        }
        return new Ask(
                callId,
                target.handler(),
                request.method(),
                text(arguments),
                text(keywords),
                type,
                headers(request.headers()),
                body);
    }

    private static String text(JsonNode node) {
        return node.isEmpty() ? node.isArray() ? "[]" : "{}" : node.toString();
    }

    private static void add(ObjectNode keywords, Parameters parameters) {
        for (String name : parameters.names()) {
            parameters.all(name).forEach(value -> add(keywords, name, value));
        }
    }

    private static void add(ObjectNode keywords, String name, String value) {
        JsonNode before = keywords.get(name);
        if (before == null) {
            keywords.put(name, value);
        } else if (before instanceof ArrayNode list) {
            list.add(value);
        } else {
            keywords.putArray(name).add(before).add(value);
        }
    }

    private static void add(ObjectNode keywords, Request request, int maxBody) throws IOException {
        List<Part> parts =
                request.body().multipart(MultipartLimits.total(maxBody)).parts();
        for (Part part : parts) {
            if (part.fileName().isPresent()) {
                throw new HttpFailure(
                        415,
                        "function.content-type",
                        "Functions take no files in forms. Send the file itself as the body, with its own Content-Type.");
            }
            try {
                add(keywords, part.name(), part.text(maxBody));
            } catch (MultipartException e) {
                throw new HttpFailure(413, "http.too-large", String.valueOf(e.getMessage()));
            }
        }
    }

    private static void addJson(ArrayNode arguments, ObjectNode keywords, String text) {
        if (text.isBlank()) {
            return;
        }
        JsonNode body = parse(text);
        boolean call = body.isObject()
                && !body.isEmpty()
                && body.size() == (body.has("args") ? 1 : 0) + (body.has("kwargs") ? 1 : 0)
                && (!body.has("args") || body.get("args").isArray())
                && (!body.has("kwargs") || body.get("kwargs").isObject());
        if (!call) {
            arguments.add(body);
            return;
        }
        body.path("args").forEach(arguments::add);
        body.path("kwargs").properties().forEach(entry -> {
            if (keywords.has(entry.getKey())) {
                throw new HttpFailure(
                        400,
                        "function.arguments",
                        "The keyword " + dev.carrel.protocol.name.Printable.quote(entry.getKey())
                                + " stands both in the query and in the body (expected: in one of them).");
            }
            keywords.set(entry.getKey(), entry.getValue());
        });
    }

    private static JsonNode parse(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            JsonLocation place = e.getLocation();
            String where = place == null ? "" : " at line " + place.getLineNr() + ", column " + place.getColumnNr();
            throw new HttpFailure(
                    400,
                    "json.malformed",
                    "body: not JSON" + where + " (expected: JSON without repeated keys, at most " + MAX_DEPTH
                            + " levels deep, or another Content-Type)");
        }
    }

    private static Map<String, String> headers(Headers headers) {
        Map<String, String> shown = new HashMap<>();
        for (Headers.Line line : headers.lines()) {
            String name = line.name().toLowerCase(Locale.ROOT);
            if (!WITHHELD.contains(name) && !name.startsWith("x-carrel-")) {
                shown.merge(name, line.value(), (before, more) -> before + ", " + more);
            }
        }
        return shown;
    }
}
