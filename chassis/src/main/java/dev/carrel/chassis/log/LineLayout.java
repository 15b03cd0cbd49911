/* Copyright the Carrel authors. */
package dev.carrel.chassis.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/**
 * One line an event; line breaks in a message are escaped, so nobody can forge a line; our secrets are masked. As JSON a line has, beside the message, the
 * fields that were given with the event: numbers, texts, and maps of such; a supplier is asked for them only then.
 */
final class LineLayout extends LayoutBase<ILoggingEvent> {
    private static final DateTimeFormatter SECOND =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss").withZone(ZoneOffset.UTC);
    private static final Pattern SIGNED = Pattern.compile("v1\\.(ticket|session|api)\\.[A-Za-z0-9._-]{8,}");
    /** A one-time link that has not been used yet is as good as a password. */
    private static final Pattern INVITATION = Pattern.compile("/hub/invite/[^\\s\"?]+");

    private static final int MAX_MESSAGE = 8192;

    private final boolean json;
    private volatile Second second = new Second(Long.MIN_VALUE, "");

    private record Second(long number, String text) {}

    LineLayout(boolean json) {
        this.json = json;
    }

    @Override
    public String doLayout(ILoggingEvent event) {
        String message = mask(event.getFormattedMessage());
        String trace = trace(event);
        String time = time(event.getTimeStamp());
        if (json) {
            return "{\"time\":\"" + time + "\",\"level\":\"" + event.getLevel() + "\",\"logger\":\""
                    + quote(event.getLoggerName())
                    + "\",\"thread\":\"" + quote(event.getThreadName()) + "\",\"message\":\"" + quote(message) + "\""
                    + (trace.isEmpty() ? "" : ",\"trace\":\"" + quote(trace) + "\"") + fields(event) + "}\n";
        }
        String level = event.getLevel().toString();
        return time + " " + level + (level.length() < 5 ? " " : "") + " [" + oneLine(event.getThreadName()) + "] "
                + shortName(event.getLoggerName()) + ": " + oneLine(message) + "\n" + trace;
    }

    /** Many lines share a second. */
    private String time(long millis) {
        long number = Math.floorDiv(millis, 1000L);
        Second known = second;
        if (known.number() != number) {
            known = new Second(number, SECOND.format(Instant.ofEpochSecond(number)));
            second = known;
        }
        int rest = (int) Math.floorMod(millis, 1000L);
        return known.text() + "." + (rest < 10 ? "00" : rest < 100 ? "0" : "") + rest + "Z";
    }

    private static String fields(ILoggingEvent event) {
        List<KeyValuePair> given = event.getKeyValuePairs();
        if (given == null || given.isEmpty()) {
            return "";
        }
        StringBuilder fields = new StringBuilder();
        given.forEach(pair -> field(
                fields.append(','),
                pair.key,
                pair.value instanceof Supplier<?> supplier ? supplier.get() : pair.value));
        return fields.toString();
    }

    private static void field(StringBuilder out, String name, @Nullable Object value) {
        out.append('"').append(quote(name)).append("\":");
        switch (value) {
            case null -> out.append("null");
            case Integer number -> out.append(number);
            case Long number -> out.append(number);
            case Double number when Double.isFinite(number) -> out.append(number);
            case Boolean truth -> out.append(truth);
            case Map<?, ?> map -> {
                out.append('{');
                String[] between = {""};
                map.forEach((key, inner) -> {
                    field(out.append(between[0]), String.valueOf(key), inner);
                    between[0] = ",";
                });
                out.append('}');
            }
            default -> out.append('"').append(quote(mask(value.toString()))).append('"');
        }
    }

    static String mask(String text) {
        String bounded = text.length() > MAX_MESSAGE ? text.substring(0, MAX_MESSAGE) + "…" : text;
        String unsigned = bounded.contains("v1.") ? SIGNED.matcher(bounded).replaceAll("v1.$1.*****") : bounded;
        return unsigned.contains("/hub/invite/")
                ? INVITATION.matcher(unsigned).replaceAll("/hub/invite/*****")
                : unsigned;
    }

    private static String trace(ILoggingEvent event) {
        IThrowableProxy cause = event.getThrowableProxy();
        if (cause == null) {
            return "";
        }
        return mask(ThrowableProxyUtil.asString(cause).replaceAll("[\\p{Cntrl}&&[^\n\t]]", "?"));
    }

    private static String shortName(String logger) {
        return logger.substring(logger.lastIndexOf('.') + 1);
    }

    private static String quote(String text) {
        return new String(JsonStringEncoder.getInstance().quoteAsString(text));
    }

    private static String oneLine(String text) {
        for (int at = 0; at < text.length(); at++) {
            if (text.charAt(at) < ' ' || text.charAt(at) > '~') {
                return escaped(text);
            }
        }
        return text;
    }

    private static String escaped(String text) {
        StringBuilder line = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            switch (c) {
                case '\n' -> line.append("\\n");
                case '\r' -> line.append("\\r");
                default -> {
                    if (Character.isISOControl(c) && c != '\t' || c == 0x2028 || c == 0x2029) {
                        line.append("\\u{").append(Integer.toHexString(c)).append('}');
                    } else {
                        line.appendCodePoint(c);
                    }
                }
            }
        });
        return line.toString();
    }
}
