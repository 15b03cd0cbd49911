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
import java.util.regex.Pattern;

/** One line an event; line breaks in a message are escaped, so nobody can forge a line; our secrets are masked. */
final class LineLayout extends LayoutBase<ILoggingEvent> {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSX").withZone(ZoneOffset.UTC);
    private static final Pattern SIGNED = Pattern.compile("v1\\.(ticket|session|api)\\.[A-Za-z0-9._-]{8,}");
    /** A one-time link that has not been used yet is as good as a password. */
    private static final Pattern INVITATION = Pattern.compile("/hub/invite/[^\\s\"?]+");

    private static final int MAX_MESSAGE = 8192;

    private final boolean json;

    LineLayout(boolean json) {
        this.json = json;
    }

    @Override
    public String doLayout(ILoggingEvent event) {
        String message = mask(event.getFormattedMessage());
        String trace = trace(event);
        String time = TIME.format(Instant.ofEpochMilli(event.getTimeStamp()));
        if (json) {
            return "{\"time\":\"" + time + "\",\"level\":\"" + event.getLevel() + "\",\"logger\":\""
                    + quote(event.getLoggerName())
                    + "\",\"thread\":\"" + quote(event.getThreadName()) + "\",\"message\":\"" + quote(message) + "\""
                    + (trace.isEmpty() ? "" : ",\"trace\":\"" + quote(trace) + "\"") + "}\n";
        }
        return time + " " + "%-5s".formatted(event.getLevel()) + " [" + oneLine(event.getThreadName()) + "] "
                + shortName(event.getLoggerName()) + ": " + oneLine(message) + "\n" + trace;
    }

    static String mask(String text) {
        String bounded = text.length() > MAX_MESSAGE ? text.substring(0, MAX_MESSAGE) + "…" : text;
        String unsigned = SIGNED.matcher(bounded).replaceAll("v1.$1.*****");
        return INVITATION.matcher(unsigned).replaceAll("/hub/invite/*****");
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
