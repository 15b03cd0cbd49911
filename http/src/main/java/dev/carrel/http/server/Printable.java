/* Copyright the Carrel authors. */
package dev.carrel.http.server;

/** Makes any text safe for one line of a log. */
final class Printable {
    private Printable() {}

    /** Control characters, line separators, direction marks and lone surrogates become {@code %XXXX}-like escapes; cut at a length. */
    static String of(String text, int maxLength) {
        StringBuilder safe = new StringBuilder(Math.min(text.length(), maxLength) + 8);
        for (int at = 0; at < text.length(); at++) {
            if (safe.length() >= maxLength) {
                return safe.append('…').toString();
            }
            char c = text.charAt(at);
            int type = Character.getType(c);
            boolean hidden = Character.isISOControl(c)
                    || type == Character.FORMAT
                    || type == Character.LINE_SEPARATOR
                    || type == Character.PARAGRAPH_SEPARATOR
                    || type == Character.SURROGATE;
            if (hidden) {
                safe.append(String.format("\\u%04x", (int) c));
            } else {
                safe.append(c);
            }
        }
        return safe.toString();
    }
}
