/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Decides where a client may be sent by a parameter such as {@code next}. Only a path on our own origin will do, and not the text that was given is
 * sent but what we understood it to say, written anew: browsers repair addresses in many ways, and none of them is left anything to
 * repair.
 */
public final class SafeRedirect {
    private static final int MAX_LENGTH = 2048;
    private static final String PATH_PLAIN = "-._~!$&'()*+,;=:@";
    private static final String QUERY_PLAIN = PATH_PLAIN + "/?";

    private SafeRedirect() {}

    /**
     * A relative reference that begins with exactly one slash; else the fallback.
     *
     * @param next what the client gave, already decoded once as parameters are
     * @param fallback a path of ours
     */
    public static String relative(String next, String fallback) {
        String written = rewrite(next);
        return written == null ? fallback : written;
    }

    private static @Nullable String rewrite(String next) {
        if (next.isEmpty() || next.length() > MAX_LENGTH || next.charAt(0) != '/' || !harmless(next)) {
            return null;
        }
        int hash = next.indexOf('#');
        String fragment = hash < 0 ? "" : next.substring(hash + 1);
        String beforeHash = hash < 0 ? next : next.substring(0, hash);
        int question = beforeHash.indexOf('?');
        String query = question < 0 ? "" : beforeHash.substring(question + 1);
        String path = path(question < 0 ? beforeHash : beforeHash.substring(0, question));
        if (path == null) {
            return null;
        }
        StringBuilder written = new StringBuilder(path);
        if (question >= 0) {
            written.append('?').append(encode(query, QUERY_PLAIN));
        }
        if (hash >= 0) {
            written.append('#').append(encode(fragment, QUERY_PLAIN));
        }
        return written.toString();
    }

    /** Nothing that any browser strips, folds or takes for a slash. */
    private static boolean harmless(String text) {
        return text.codePoints()
                .noneMatch(c -> c <= ' '
                        || c == '\\'
                        || c == 0x7f
                        || Character.isISOControl(c)
                        || Character.isWhitespace(c)
                        || Character.isSpaceChar(c)
                        || Character.getType(c) == Character.FORMAT
                        || Character.getType(c) == Character.SURROGATE
                        || Character.getType(c) == Character.UNASSIGNED
                        || Character.getType(c) == Character.PRIVATE_USE);
    }

    /** An escaped blank within a name is a blank in a name; a name of blanks is none. */
    private static boolean harmlessName(String segment) {
        return harmless(segment.replace(' ', '_'))
                && segment.indexOf('/') < 0
                && (segment.isEmpty() || !segment.isBlank());
    }

    private static @Nullable String path(String path) {
        Deque<String> segments = new ArrayDeque<>();
        String[] parts = path.substring(1).split("/", -1);
        for (int at = 0; at < parts.length; at++) {
            String plain = unescaped(parts[at]);
            boolean last = at == parts.length - 1;
            if (plain == null || plain.isEmpty() && !last || isDots(plain) || !harmlessName(plain)) {
                return null;
            }
            segments.addLast(encode(parts[at], PATH_PLAIN));
        }
        return "/" + String.join("/", segments);
    }

    /** A segment after at most three rounds of decoding, as careless servers do; null when it is malformed or goes on longer. */
    private static @Nullable String unescaped(String segment) {
        String text = segment;
        for (int round = 0; round < 3; round++) {
            if (text.indexOf('%') < 0) {
                return text;
            }
            try {
                text = PercentDecoder.segment(encode(text, PATH_PLAIN));
            } catch (HttpFailure _) {
                // Malformed as sent is refused; a lone percent sign that decoding has brought to light is just that.
                return round == 0 ? null : text;
            }
            if (text.indexOf('/') >= 0 || text.indexOf('\\') >= 0) {
                return null;
            }
        }
        return text.indexOf('%') < 0 ? text : null;
    }

    /** Dots in any width, alone in a segment: some systems normalise them to a step upwards. */
    private static boolean isDots(String segment) {
        String folded = java.text.Normalizer.normalize(segment, java.text.Normalizer.Form.NFKC);
        return !folded.isEmpty() && folded.chars().allMatch(c -> c == '.')
                || folded.indexOf('/') >= 0
                || folded.indexOf('\\') >= 0;
    }

    /** Leaves well-formed escapes as they are and escapes all that is not plain. */
    private static String encode(String text, String plain) {
        StringBuilder written = new StringBuilder(text.length());
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            int c = b & 0xff;
            boolean letter = c < 0x80 && Character.isLetterOrDigit(c);
            if (letter || c < 0x80 && plain.indexOf(c) >= 0 || c == '%') {
                written.append((char) c);
            } else {
                written.append('%').append(String.format(Locale.ROOT, "%02X", c));
            }
        }
        return written.toString();
    }
}
