/* Copyright the Carrel authors. */
package dev.carrel.protocol.name;

import org.jspecify.annotations.Nullable;

/** Makes text from outside fit for a message or a log line: bounded, on one line, no control characters. */
public final class Printable {
    private static final int MAX = 80;

    private Printable() {}

    /** The value in double quotes, at most 80 characters of it, anything unprintable replaced by a code point escape. */
    public static String quote(@Nullable String value) {
        if (value == null) {
            return "nothing";
        }
        StringBuilder text = new StringBuilder("\"");
        int shown = 0;
        for (int i = 0; i < value.length() && shown < MAX; shown++) {
            int c = value.codePointAt(i);
            i += Character.charCount(c);
            text.append(printable(c));
        }
        text.append('"');
        int length = value.codePointCount(0, value.length());
        if (length > MAX) {
            text.append("… (").append(length).append(" characters)");
        }
        return text.toString();
    }

    private static String printable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.UNASSIGNED,
                    Character.PRIVATE_USE -> "\\u{" + Integer.toHexString(c) + "}";
            default -> c == '"' || c == '\\' ? "\\" + (char) c : Character.toString(c);
        };
    }
}
