/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carrel.engine.function.FunctionSpec;
import dev.carrel.engine.function.FunctionVersion;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;

/**
 * What an instance tells the others of the room it has for calls. A moment old, so it is a hint: who sends a call bears with being refused.
 *
 * @param room workers that it could start
 * @param loads of versions that have workers or calls there, by {@link #key}
 */
record Offer(int room, Map<String, Load> loads) {
    /** Nothing can be had. */
    static final Offer NONE = new Offer(0, Map.of());

    /** More versions than these are not told of: to others they look as if they had no workers. */
    static final int MOST = 200;

    private static final ObjectMapper JSON = new ObjectMapper();
    /** So many times what an instance can serve at once may be on its way there: its workers shall not wait for the next call to come over. */
    private static final int AHEAD = 2;

    Offer {
        loads = Map.copyOf(loads);
    }

    /**
     * How a version stands there.
     *
     * @param credits calls that the workers that are ready take at once
     * @param busy calls that came in there and are with a worker or wait; not those that other instances sent
     */
    record Load(int credits, int busy) {
        /** No workers and no calls. */
        static final Load NONE = new Load(0, 0);

        /** With what another dispatcher of the same version says. */
        Load plus(Load other) {
            return new Load(credits + other.credits, busy + other.busy);
        }
    }

    /** How a version is called in an offer: injective, for the number is digits only. */
    static String key(FunctionVersion version) {
        return version.number() + ":" + version.function();
    }

    /**
     * How many more calls of a version may be sent there for workers that are idle.
     *
     * @param flying calls of it that are on their way there, or there, from us
     */
    int idle(String key, int flying) {
        Load load = loads.getOrDefault(key, Load.NONE);
        return load.credits() - load.busy() - flying;
    }

    /** How many more may be sent there when it starts as many workers as it can and may. */
    int grown(String key, FunctionSpec.WorkLimits limits, int flying) {
        Load load = loads.getOrDefault(key, Load.NONE);
        long concurrency = Math.max(1, limits.concurrency());
        long could = Math.min(
                Math.max(load.credits(), Math.max(1, limits.maxWorkers()) * concurrency),
                load.credits() + room * concurrency);
        return Math.clamp(AHEAD * could - load.busy() - flying, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    /** As it is told. */
    String text() {
        ObjectNode node = JSON.createObjectNode();
        node.put("room", room);
        ObjectNode versions = node.putObject("versions");
        loads.entrySet().stream()
                .sorted(Comparator.comparingInt((Map.Entry<String, Load> entry) ->
                                entry.getValue().busy() - entry.getValue().credits())
                        .thenComparing(Map.Entry::getKey))
                .limit(MOST)
                .forEach(entry -> versions.putArray(entry.getKey())
                        .add(entry.getValue().credits())
                        .add(entry.getValue().busy()));
        return node.toString();
    }

    /** What was told; nothing can be had of whoever says what we do not understand. */
    static Offer of(String text) {
        try {
            JsonNode node = JSON.readTree(text);
            Map<String, Load> loads = new HashMap<>();
            for (Map.Entry<String, JsonNode> entry : node.path("versions").properties()) {
                loads.put(
                        entry.getKey(),
                        new Load(
                                entry.getValue().path(0).asInt(),
                                entry.getValue().path(1).asInt()));
            }
            return new Offer(Math.max(0, node.path("room").asInt()), loads);
        } catch (JsonProcessingException _) {
            return NONE;
        }
    }
}
