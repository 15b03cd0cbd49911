/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import java.nio.charset.StandardCharsets;

/**
 * Finds where the head of an HTML document begins. Only what may stand before it is understood (white space, comments, the doctype, the
 * {@code html} tag); a document that begins with anything else has no head we would know of, however much looks like one later on. Pure functions.
 */
final class HtmlProlog {
    /** So far there is nothing but a prolog: more may tell. */
    static final int MORE = -1;
    /** This document has no head tag where one may stand. */
    static final int NEVER = -2;

    private static final byte[] COMMENT = ascii("<!--");
    private static final byte[] COMMENT_END = ascii("-->");
    private static final byte[] DOCTYPE = ascii("<!doctype");
    private static final byte[] INSTRUCTION = ascii("<?");
    private static final byte[] HTML = ascii("<html");
    private static final byte[] HEAD = ascii("<head");
    private static final int BYTE_ORDER_MARK = 3;

    private HtmlProlog() {}

    /** The index behind the head's start tag in the first {@code length} bytes of a document, {@link #MORE} or {@link #NEVER}. */
    static int headEnd(byte[] text, int length) {
        int at = length >= BYTE_ORDER_MARK && text[0] == (byte) 0xEF && text[1] == (byte) 0xBB && text[2] == (byte) 0xBF
                ? BYTE_ORDER_MARK
                : 0;
        while (true) {
            while (at < length && blank(text[at])) {
                at++;
            }
            if (at == length) {
                return MORE;
            }
            if (starts(text, at, length, HEAD) && tagNameEnds(text, at + HEAD.length, length)) {
                return tagEnd(text, at + HEAD.length, length);
            }
            int next = skip(text, at, length);
            if (next < 0) {
                return next;
            }
            at = next;
        }
    }

    private static int skip(byte[] text, int at, int length) {
        if (starts(text, at, length, COMMENT)) {
            int end = find(text, at + COMMENT.length, length, COMMENT_END);
            return end < 0 ? MORE : end + COMMENT_END.length;
        }
        if (starts(text, at, length, DOCTYPE) || starts(text, at, length, INSTRUCTION)) {
            int end = find(text, at, length, ascii(">"));
            return end < 0 ? MORE : end + 1;
        }
        if (starts(text, at, length, HTML) && tagNameEnds(text, at + HTML.length, length)) {
            return tagEnd(text, at + HTML.length, length);
        }
        boolean mayBecome = begins(text, at, length, COMMENT)
                || begins(text, at, length, DOCTYPE)
                || begins(text, at, length, HTML)
                || begins(text, at, length, HEAD);
        return mayBecome ? MORE : NEVER;
    }

    /** The index behind a tag's {@code >}; one within a quoted value does not end it. */
    private static int tagEnd(byte[] text, int from, int length) {
        byte quote = 0;
        byte before = 0;
        for (int at = from; at < length; at++) {
            byte c = text[at];
            if (quote != 0) {
                quote = c == quote ? 0 : quote;
            } else if ((c == '"' || c == '\'') && before == '=') {
                quote = c;
            } else if (c == '>') {
                return at + 1;
            }
            before = blank(c) ? before : c;
        }
        return MORE;
    }

    /** Whether all that is there is a word or the beginning of one. */
    private static boolean begins(byte[] text, int at, int length, byte[] word) {
        int there = length - at;
        return there <= word.length && same(text, at, word, there);
    }

    private static boolean starts(byte[] text, int at, int length, byte[] word) {
        return length - at >= word.length && same(text, at, word, word.length);
    }

    private static boolean same(byte[] text, int at, byte[] word, int count) {
        for (int i = 0; i < count; i++) {
            byte c = text[at + i];
            if ((c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c) != word[i]) {
                return false;
            }
        }
        return true;
    }

    private static boolean tagNameEnds(byte[] text, int at, int length) {
        return at < length && (blank(text[at]) || text[at] == '>' || text[at] == '/');
    }

    private static int find(byte[] text, int from, int length, byte[] word) {
        for (int at = from; at <= length - word.length; at++) {
            if (same(text, at, word, word.length)) {
                return at;
            }
        }
        return MORE;
    }

    private static boolean blank(byte c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
