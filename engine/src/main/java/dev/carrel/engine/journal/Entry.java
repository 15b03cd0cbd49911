/* Copyright the Carrel authors. */
package dev.carrel.engine.journal;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One line of a file.
 *
 * @param number greater than that of the entry before
 * @param at to the millisecond
 * @param text without line breaks
 */
public record Entry(long number, Instant at, String text) {
    private static final Pattern LINE = Pattern.compile("(\\d{1,18}) (\\d{1,18}) ([^\n\r]*)");

    /** Refuses a text that would not be one line. */
    public Entry {
        if (text.indexOf('\n') >= 0 || text.indexOf('\r') >= 0) {
            throw new IllegalArgumentException("text: holds a line break (expected: one line)");
        }
    }

    byte[] bytes() {
        return (number + " " + at.toEpochMilli() + " " + text + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** What a line says; empty for what was not written by us. */
    static Optional<Entry> of(String line) {
        Matcher matcher = LINE.matcher(line);
        return matcher.matches()
                ? Optional.of(new Entry(
                        Long.parseLong(matcher.group(1)),
                        Instant.ofEpochMilli(Long.parseLong(matcher.group(2))),
                        matcher.group(3)))
                : Optional.empty();
    }
}
