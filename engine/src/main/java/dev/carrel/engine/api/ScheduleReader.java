/* Copyright the Carrel authors. */
package dev.carrel.engine.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.carrel.engine.function.ScheduleEntry;
import dev.carrel.http.server.HttpFailure;
import dev.carrel.protocol.name.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** A function's schedule out of JSON: one entry or a list of them, each a cron expression or an object with one. */
final class ScheduleReader {
    private static final String FIELD = "schedule";
    private static final Set<String> FIELDS = new TreeSet<>(Set.of("cron", "zone", "handler", "args", "kwargs"));

    private ScheduleReader() {}

    /**
     * Reads it; whether it is a schedule that can be kept is not looked at.
     *
     * @param usualZone of entries that name none
     * @throws HttpFailure 400
     */
    static List<ScheduleEntry> read(JsonNode value, String usualZone) {
        List<ScheduleEntry> schedule = new ArrayList<>();
        if (value.isArray()) {
            value.forEach(entry -> schedule.add(entry(entry, usualZone)));
        } else if (!value.isMissingNode() && !value.isNull()) {
            schedule.add(entry(value, usualZone));
        }
        return schedule;
    }

    private static ScheduleEntry entry(JsonNode value, String usualZone) {
        if (value.isTextual()) {
            return ScheduleEntry.of(spaced(value.asText()), usualZone);
        }
        if (!value.isObject()) {
            throw Json.wrong(
                    FIELD, value, "a cron expression as \"*/5 * * * *\", an object with cron, or a list of these");
        }
        for (Map.Entry<String, JsonNode> field : value.properties()) {
            if (!FIELDS.contains(field.getKey())) {
                throw new HttpFailure(
                        400,
                        "json.field",
                        FIELD + ": " + Printable.quote(field.getKey()) + " is no field of an entry (expected: one of "
                                + String.join(", ", FIELDS) + ")");
            }
        }
        return new ScheduleEntry(
                spaced(text(value, "cron", "")),
                text(value, "zone", usualZone),
                text(value, "handler", ""),
                json(value, "args", "[]", "a list"),
                json(value, "kwargs", "{}", "an object"));
    }

    private static String spaced(String cron) {
        return cron.strip().replaceAll("\\s+", " ");
    }

    private static String text(JsonNode entry, String field, String usual) {
        JsonNode value = entry.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return usual;
        }
        if (!value.isTextual()) {
            throw Json.wrong(FIELD + "." + field, value, "a text");
        }
        return value.asText();
    }

    private static String json(JsonNode entry, String field, String none, String expected) {
        JsonNode value = entry.path(field);
        if (value.isMissingNode() || value.isNull() || value.isContainerNode() && value.isEmpty()) {
            return none;
        }
        if (value.isArray() != none.equals("[]") || !value.isContainerNode()) {
            throw Json.wrong(FIELD + "." + field, value, expected);
        }
        return value.toString();
    }
}
