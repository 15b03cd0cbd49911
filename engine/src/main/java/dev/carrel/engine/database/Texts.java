/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.plugin.table.Limits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Texts from outside as tables can have them: no table takes U+0000 or half a character, and a row has an end. */
final class Texts {
    private static final int REPLACEMENT = 0xfffd;

    private Texts() {}

    /** Whether there can be a row with this key; what people put into addresses need not be one. */
    static boolean canBeKey(String text) {
        return !text.isEmpty()
                && text.getBytes(StandardCharsets.UTF_8).length <= Limits.KEY_BYTES
                && text.codePoints().allMatch(Texts::whole);
    }

    /** With what cannot be kept replaced, and cut to its first characters. */
    static String kept(String text, int most) {
        String cut = text.length() <= most ? text : text.substring(0, most);
        return cut.codePoints().allMatch(Texts::whole)
                ? cut
                : cut.codePoints()
                        .map(c -> whole(c) ? c : REPLACEMENT)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString();
    }

    /** The last lines of some output, so many characters together at most. */
    static List<String> lastLines(List<String> lines, int most) {
        Deque<String> kept = new ArrayDeque<>();
        int left = most;
        for (int i = lines.size() - 1; i >= 0 && left > 0; i--) {
            String line = kept(lines.get(i), left);
            left -= line.length() + 1;
            kept.addFirst(line);
        }
        return List.copyOf(kept);
    }

    private static boolean whole(int codePoint) {
        return codePoint != 0 && !(codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE);
    }
}
