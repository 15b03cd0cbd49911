/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.carrel.engine.journal.Entry;
import java.util.Optional;

/** Lines and calls as they stand in files: JSON with short names. */
final class JournalText {
    private static final ObjectMapper JSON = new ObjectMapper();

    private JournalText() {}

    static Entry entry(Journal.Line line, long base) {
        String text = JsonNodeFactory.instance
                .objectNode()
                .put("c", line.call())
                .put("x", line.text())
                .toString();
        return new Entry(base + line.number(), line.at(), text);
    }

    /**
     * In the place of lines that were forgotten before they could be written.
     *
     * @param before the first one that was not
     */
    static Entry missing(Journal.Line before, long base, long missing) {
        String text = JsonNodeFactory.instance.objectNode().put("lost", missing).toString();
        return new Entry(base + before.number() - 1, before.at(), text);
    }

    static Entry entry(Journal.Done call, long base) {
        String text = JsonNodeFactory.instance
                .objectNode()
                .put("id", call.id())
                .put("h", call.handler())
                .put("v", call.version())
                .put("s", call.status())
                .put("ms", call.millis())
                .put("cold", call.cold())
                .put("in", call.instance())
                .toString();
        return new Entry(base + call.number(), call.at(), text);
    }

    /** Empty for what was not written by us. */
    static Optional<Journal.Line> line(Entry entry) {
        return json(entry).map(node -> {
            long lost = node.path("lost").asLong();
            String text = lost == 0
                    ? node.path("x").asText()
                    : "… " + lost + " lines are missing here: more was printed than could be kept.";
            return new Journal.Line(entry.number(), entry.at(), node.path("c").asText(), text);
        });
    }

    /** Empty for what was not written by us. */
    static Optional<Journal.Done> call(Entry entry) {
        return json(entry)
                .map(node -> new Journal.Done(
                        entry.number(),
                        node.path("id").asText(),
                        entry.at(),
                        node.path("h").asText(),
                        node.path("v").asLong(),
                        node.path("s").asInt(),
                        node.path("ms").asLong(),
                        node.path("cold").asBoolean(),
                        node.path("in").asText()));
    }

    private static Optional<JsonNode> json(Entry entry) {
        try {
            JsonNode node = JSON.readTree(entry.text());
            return Optional.of(node).filter(JsonNode::isObject);
        } catch (JsonProcessingException _) {
            return Optional.empty();
        }
    }
}
