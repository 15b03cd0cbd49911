/* Copyright the Carrel authors. */
package dev.carrel.plugin.table;

import java.util.Comparator;
import java.util.Optional;

/** The order of texts: that of the bytes of their UTF-8 form, which is that of their code points. For those who write a database plugin. */
public final class TextOrder {
    /** The order. */
    public static final Comparator<String> BYTES = TextOrder::compare;

    private TextOrder() {}

    private static int compare(String left, String right) {
        int shorter = Math.min(left.length(), right.length());
        for (int i = 0; i < shorter; i++) {
            char a = left.charAt(i);
            char b = right.charAt(i);
            if (a != b) {
                // A pair of surrogates stands for a code point beyond all single chars, but its chars are not the
                // greatest.
                boolean wide = Character.isSurrogate(a);
                return wide == Character.isSurrogate(b) ? Character.compare(a, b) : wide ? 1 : -1;
            }
        }
        return Integer.compare(left.length(), right.length());
    }

    /**
     * The least text after all those that start with a prefix: a text starts with the prefix exactly when it is not less than the prefix and less than
     * this. Databases find a range in an index, and nothing needs to be escaped in it.
     *
     * @return empty when no text is greater than all of them
     */
    public static Optional<String> afterPrefix(String prefix) {
        int end = prefix.length();
        while (end > 0) {
            int last = prefix.codePointBefore(end);
            end -= Character.charCount(last);
            if (last < Character.MAX_CODE_POINT) {
                // Surrogates are no characters of their own: none can stand in a text.
                int next = last + 1 == Character.MIN_SURROGATE ? Character.MAX_SURROGATE + 1 : last + 1;
                return Optional.of(prefix.substring(0, end) + Character.toString(next));
            }
        }
        return Optional.empty();
    }

    /**
     * The length in bytes of UTF-8.
     *
     * @throws IllegalArgumentException when some database could not keep the text: it holds half a character or U+0000
     */
    static int bytes(String text) {
        int bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0) {
                throw new IllegalArgumentException("U+0000 at position " + i + " (no database keeps it)");
            } else if (c < 0x80) {
                bytes++;
            } else if (c < 0x800) {
                bytes += 2;
            } else if (!Character.isSurrogate(c)) {
                bytes += 3;
            } else if (Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                bytes += 4;
                i++;
            } else {
                throw new IllegalArgumentException("half a character at position " + i);
            }
        }
        return bytes;
    }
}
