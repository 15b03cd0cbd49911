/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Header lines in their order; names compare without regard to case, and one name may have several values. Immutable. Names and values
 * are checked when added, so no header can smuggle a line break into an answer.
 */
public final class Headers {
    /** No headers. */
    public static final Headers EMPTY = new Headers(List.of());

    /** Every header of every request and answer is looked at, so this is a table. */
    private static final boolean[] TOKEN = token();

    private final List<Line> lines;

    private Headers(List<Line> lines) {
        this.lines = lines;
    }

    private static boolean[] token() {
        boolean[] token = new boolean[128];
        for (char c = 0; c < token.length; c++) {
            token[c] = Character.isLetterOrDigit(c) || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
        }
        return token;
    }

    /** One line. */
    public record Line(String name, String value) {
        public Line {
            checkName(name);
            checkValue(name, value);
        }
    }

    /** One header. */
    public static Headers of(String name, String value) {
        return EMPTY.plus(name, value);
    }

    static Headers ofLines(List<Line> lines) {
        return new Headers(List.copyOf(lines));
    }

    /** All lines in order. */
    public List<Line> lines() {
        return lines;
    }

    /** The first value under a name. */
    public Optional<String> first(String name) {
        for (Line line : lines) {
            if (line.name.equalsIgnoreCase(name)) {
                return Optional.of(line.value);
            }
        }
        return Optional.empty();
    }

    /** All values under a name, in order. */
    public List<String> all(String name) {
        if (!has(name)) {
            return List.of();
        }
        return lines.stream()
                .filter(line -> line.name.equalsIgnoreCase(name))
                .map(Line::value)
                .toList();
    }

    /** Whether there is a line of that name. */
    public boolean has(String name) {
        return first(name).isPresent();
    }

    /**
     * Adds a line after all others.
     *
     * @throws IllegalArgumentException when the name is no token or the value holds a control character or one beyond Latin-1
     */
    public Headers plus(String name, String value) {
        List<Line> more = new ArrayList<>(lines);
        more.add(new Line(name, value));
        return ofLines(more);
    }

    /** Replaces all lines of that name by one. */
    public Headers with(String name, String value) {
        return without(name).plus(name, value);
    }

    /** Drops all lines of that name. */
    public Headers without(String name) {
        return has(name)
                ? ofLines(lines.stream()
                        .filter(line -> !line.name.equalsIgnoreCase(name))
                        .toList())
                : this;
    }

    /** Adds all of the other's lines after ours. */
    public Headers plusAll(Headers other) {
        List<Line> more = new ArrayList<>(lines);
        more.addAll(other.lines);
        return ofLines(more);
    }

    @Override
    public String toString() {
        // Values may hold credentials.
        return "Headers" + lines.stream().map(Line::name).toList();
    }

    private static void checkName(String name) {
        boolean token = !name.isEmpty();
        for (int at = 0; at < name.length() && token; at++) {
            char c = name.charAt(at);
            token = c < TOKEN.length && TOKEN[c];
        }
        if (!token) {
            throw new IllegalArgumentException("header name: '" + Printable.of(name, 64) + "' (expected: a token)");
        }
    }

    private static void checkValue(String name, String value) {
        for (int at = 0; at < value.length(); at++) {
            char c = value.charAt(at);
            if (c < ' ' && c != '\t' || c == 0x7f || c > 0xff) {
                throw new IllegalArgumentException("header " + name
                        + ": value holds a control character or one beyond Latin-1 (expected: encode it first)");
            }
        }
    }
}
