/* Copyright the Carrel authors. */
package dev.carrel.engine.function;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A specification as one text, for keeping: equal ones give the same text. */
public final class SpecJson {
    // What no database keeps as it is (U+0000, halves of characters) is escaped.
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
    private static final int DIGEST = 32;

    private SpecJson() {}

    /** The text, of ASCII alone. */
    public static String write(FunctionSpec spec) {
        ObjectNode node = JSON.createObjectNode();
        node.put("description", spec.description());
        node.put("runtime", spec.runtime());
        node.put("image", spec.image());
        node.put("code", spec.code());
        ObjectNode files = node.putObject("files");
        new TreeMap<>(spec.files()).forEach((path, bytes) -> files.put(path, encoded(bytes)));
        spec.handlers().forEach(node.putArray("handlers")::add);
        ObjectNode environment = node.putObject("environment");
        new TreeMap<>(spec.environment()).forEach(environment::put);
        FunctionSpec.WorkLimits limits = spec.limits();
        node.put("memory", limits.memoryBytes());
        node.put("cpus", limits.milliCpus());
        node.put("timeout", limits.timeout().toMillis());
        node.put("concurrency", limits.concurrency());
        node.put("min", limits.minWorkers());
        node.put("max", limits.maxWorkers());
        node.put("queue", limits.queue());
        node.put("idle", limits.idle().toMillis());
        FunctionSpec.CallAccess access = spec.access();
        node.put("visibility", access.visibility().name());
        access.users().forEach(node.putArray("users")::add);
        access.origins().forEach(node.putArray("origins")::add);
        node.put("rate", access.perSecond());
        node.put("idempotent", spec.idempotent());
        // Left out where there is none: those of before there were schedules keep their digests.
        if (!spec.schedule().isEmpty()) {
            node.set("schedule", ScheduleJson.node(spec.schedule()));
        }
        try {
            return JSON.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of texts and numbers can be written", e);
        }
    }

    /**
     * The specification.
     *
     * @throws IllegalArgumentException when it is none of ours
     */
    public static FunctionSpec read(String text) {
        try {
            JsonNode node = JSON.readTree(text);
            Map<String, byte[]> files = new HashMap<>();
            node.path("files").properties().forEach(e -> files.put(e.getKey(), decoded(e.getValue())));
            Map<String, String> environment = new HashMap<>();
            node.path("environment")
                    .properties()
                    .forEach(e -> environment.put(e.getKey(), e.getValue().asText()));
            return new FunctionSpec(
                    node.path("description").asText(),
                    node.path("runtime").asText(),
                    node.path("image").asText(),
                    node.path("code").asText(),
                    files,
                    texts(node.path("handlers")),
                    environment,
                    new FunctionSpec.WorkLimits(
                            node.path("memory").asLong(),
                            node.path("cpus").asInt(),
                            Duration.ofMillis(node.path("timeout").asLong()),
                            node.path("concurrency").asInt(),
                            node.path("min").asInt(),
                            node.path("max").asInt(),
                            node.path("queue").asInt(),
                            Duration.ofMillis(node.path("idle").asLong())),
                    new FunctionSpec.CallAccess(
                            FunctionSpec.Visibility.valueOf(
                                    node.path("visibility").asText()),
                            texts(node.path("users")),
                            texts(node.path("origins")),
                            node.path("rate").asDouble()),
                    node.path("idempotent").asBoolean(),
                    ScheduleJson.read(node.path("schedule")));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("no specification of a function: " + e.getOriginalMessage(), e);
        }
    }

    /** 128 bits of a hash: two specifications with the same are the same. */
    public static String digest(String written) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(written.getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(hash).substring(0, DIGEST);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static String encoded(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static byte[] decoded(JsonNode text) {
        return Base64.getDecoder().decode(text.asText());
    }

    private static List<String> texts(JsonNode array) {
        List<String> list = new ArrayList<>();
        if (array instanceof ArrayNode) {
            array.forEach(one -> list.add(one.asText()));
        }
        return list;
    }
}
