/* Copyright the Carrel authors. */
package dev.carrel.router.route;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Brings paths into the form in which the table knows them: percent-decoded as a whole and then split at slashes, as
 * configurable-http-proxy does. What is no escape stays as it is. For matching only: requests are forwarded byte for byte, but for the base path
 * of a session ({@link #respell}).
 */
public final class RoutePath {
    private RoutePath() {}

    /** A route's key: one leading slash, none at the end; the root is {@code /}. */
    public static String key(String decoded) {
        String path = decoded.startsWith("/") ? decoded : "/" + decoded;
        int end = path.length();
        while (end > 1 && path.charAt(end - 1) == '/') {
            end--;
        }
        return path.substring(0, end);
    }

    /**
     * A request's target with its base path spelled as the session's server was told. {@code /user/a%40b/} and {@code /user/a@b/} are the same
     * place, but a Jupyter server knows only the one spelling. Anything else stays byte for byte.
     *
     * @param base ends in a slash
     */
    public static String respell(String target, String base) {
        if (target.startsWith(base) || target.indexOf('%') < 0 && base.indexOf('%') < 0) {
            return target;
        }
        int end = 0;
        for (int i = 1; i < base.length() && end >= 0; i++) {
            if (base.charAt(i) == '/') {
                end = target.indexOf('/', end + 1);
            }
        }
        boolean same = end > 0 && decode(target.substring(0, end + 1)).equals(decode(base));
        return same ? base + target.substring(end + 1) : target;
    }

    /** The path of a request's target, without its query, decoded. */
    public static String decode(String target) {
        int question = target.indexOf('?');
        String raw = question < 0 ? target : target.substring(0, question);
        if (raw.indexOf('%') < 0) {
            return raw;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(raw.length());
        for (int at = 0; at < raw.length(); at++) {
            char c = raw.charAt(at);
            int high = c == '%' && at + 2 < raw.length() ? Character.digit(raw.charAt(at + 1), 16) : -1;
            int low = high < 0 ? -1 : Character.digit(raw.charAt(at + 2), 16);
            if (low < 0) {
                bytes.write(c);
            } else {
                bytes.write(high << 4 | low);
                at += 2;
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
