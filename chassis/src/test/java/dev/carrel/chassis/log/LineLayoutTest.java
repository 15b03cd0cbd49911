/* Copyright the Carrel authors. */
package dev.carrel.chassis.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;

class LineLayoutTest {
    private final Logger logger = new LoggerContext().getLogger("dev.carrel.Some");

    @Test
    void nobodyCanForgeALine() {
        String line = layout(false, "name \"a\r\n2026-01-01 INFO forged\u2028x\u0007\"");

        assertThat(line).endsWith("\n");
        assertThat(line.strip()).doesNotContain("\n", "\r", "\u2028", "\u0007").contains("\\r\\n2026");
    }

    @Test
    void ourSecretsAreMaskedWhoeverLogsThem() {
        assertThat(layout(false, "ticket v1.ticket.abcd.AAAABBBB.CCCC-_DD went by"))
                .contains("v1.ticket.***** went by")
                .doesNotContain("AAAABBBB");
        assertThat(layout(true, "token v1.api.abcd.AAAABBBB.CCCCDDDD")).doesNotContain("AAAABBBB");
    }

    @Test
    void oneTimeLinksAreMaskedInAccessLogs() {
        assertThat(layout(false, "GET /hub/invite/2tTOez3_ga4OTEh7Zf8hvfwsKBpw 200"))
                .contains("GET /hub/invite/***** 200");
    }

    @Test
    void jsonLinesAreJson() throws Exception {
        String line = layout(true, "said \"hi\"\nthen left");

        assertThat(line.strip()).doesNotContain("\n");
        assertThat(new ObjectMapper().readTree(line).path("message").asText()).isEqualTo("said \"hi\"\nthen left");
    }

    @Test
    void fieldsOfAnEventAreFieldsOfItsJsonLine() throws Exception {
        LoggingEvent event = new LoggingEvent("f", logger, Level.INFO, "GET /a", null, null);
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("path", "/hub/invite/2tTOez3_ga4OTEh7Zf8hvfwsKBpw");
        request.put("status", 200);
        request.put("millis", 0.5);
        request.put("bytes", 1L << 40);
        request.put("user", null);
        request.put("said \"hi\"\n", Map.of("decided", 0.2));
        event.setKeyValuePairs(
                List.of(new KeyValuePair("request", request), new KeyValuePair("token", "v1.api.abcd.AAAABBBB.CCCC")));

        JsonNode line = new ObjectMapper().readTree(new LineLayout(true).doLayout(event));

        assertThat(line.path("message").asText()).isEqualTo("GET /a");
        assertThat(line.path("token").asText()).isEqualTo("v1.api.*****");
        assertThat(line.path("request").path("path").asText()).isEqualTo("/hub/invite/*****");
        assertThat(line.path("request").path("status").isInt()).isTrue();
        assertThat(line.path("request").path("millis").doubleValue()).isEqualTo(0.5);
        assertThat(line.path("request").path("bytes").longValue()).isEqualTo(1L << 40);
        assertThat(line.path("request").path("user").isNull()).isTrue();
        assertThat(line.path("request").path("said \"hi\"\n").path("decided").doubleValue())
                .isEqualTo(0.2);
        assertThat(new LineLayout(false).doLayout(event)).endsWith("Some: GET /a\n");
    }

    @Test
    void fieldsThatNobodyReadsAreNotAskedFor() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        Supplier<Object> fields = () -> Map.of("asked", asked.incrementAndGet());
        LoggingEvent event = new LoggingEvent("f", logger, Level.INFO, "GET /a", null, null);
        event.setKeyValuePairs(List.of(new KeyValuePair("request", fields)));

        assertThat(new LineLayout(false).doLayout(event)).endsWith("Some: GET /a\n");
        assertThat(asked).hasValue(0);
        JsonNode line = new ObjectMapper().readTree(new LineLayout(true).doLayout(event));
        assertThat(line.path("request").path("asked").asInt()).isEqualTo(1);
    }

    @Test
    void timesHaveThreeDigitsOfAMillisecond() {
        LineLayout layout = new LineLayout(false);
        assertThat(List.of(0L, 7L, 42L, 999L, 1000L, 61_500L, -1L).stream()
                        .map(millis -> {
                            LoggingEvent event = new LoggingEvent("f", logger, Level.WARN, "x", null, null);
                            event.setTimeStamp(millis);
                            String line = layout.doLayout(event);
                            return line.substring(0, line.indexOf('['));
                        })
                        .toList())
                .containsExactly(
                        "1970-01-01T00:00:00.000Z WARN  ",
                        "1970-01-01T00:00:00.007Z WARN  ",
                        "1970-01-01T00:00:00.042Z WARN  ",
                        "1970-01-01T00:00:00.999Z WARN  ",
                        "1970-01-01T00:00:01.000Z WARN  ",
                        "1970-01-01T00:01:01.500Z WARN  ",
                        "1969-12-31T23:59:59.999Z WARN  ");
    }

    @Test
    void aHugeMessageIsBounded() {
        assertThat(layout(false, "x".repeat(1_000_000))).hasSizeLessThan(9000);
    }

    private String layout(boolean json, String message) {
        return new LineLayout(json).doLayout(new LoggingEvent("f", logger, Level.INFO, message, null, null));
    }
}
