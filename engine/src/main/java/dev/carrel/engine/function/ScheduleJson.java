/* Copyright the Carrel authors. */
package dev.carrel.engine.function;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;

/** A schedule as JSON, for keeping: equal ones give the same. */
public final class ScheduleJson {
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private ScheduleJson() {}

    static ArrayNode node(List<ScheduleEntry> schedule) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        for (ScheduleEntry entry : schedule) {
            array.addObject()
                    .put("cron", entry.cron())
                    .put("zone", entry.zone())
                    .put("handler", entry.handler())
                    .put("args", entry.arguments())
                    .put("kwargs", entry.keywords());
        }
        return array;
    }

    static List<ScheduleEntry> read(JsonNode array) {
        List<ScheduleEntry> schedule = new ArrayList<>();
        array.forEach(entry -> schedule.add(new ScheduleEntry(
                entry.path("cron").asText(),
                entry.path("zone").asText(),
                entry.path("handler").asText(),
                entry.path("args").asText(),
                entry.path("kwargs").asText())));
        return schedule;
    }

    /** The text, of ASCII alone. */
    public static String write(List<ScheduleEntry> schedule) {
        try {
            return JSON.writeValueAsString(node(schedule));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of texts can be written", e);
        }
    }

    /**
     * The schedule.
     *
     * @throws IllegalArgumentException when it is none of ours
     */
    public static List<ScheduleEntry> read(String text) {
        try {
            return read(JSON.readTree(text));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("no schedule of ours: " + e.getOriginalMessage(), e);
        }
    }
}
