/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import java.util.Locale;

/**
 * What changes in an answer when a prefix was taken from the request's path, so that the application's own paths lead back to it: redirects and
 * the paths of cookies. Pure functions.
 */
final class Prefix {
    private Prefix() {}

    /**
     * Where a redirect leads when seen from outside.
     *
     * @param location as the application said it
     * @param origin of the request, without a slash at the end
     */
    static String location(String location, String prefix, String origin) {
        if (location.startsWith("/") && !location.startsWith("//")) {
            return under(location, prefix);
        }
        boolean own = location.regionMatches(true, 0, origin, 0, origin.length())
                && (location.length() == origin.length() || "/?#".indexOf(location.charAt(origin.length())) >= 0);
        if (!own) {
            return location;
        }
        String path = location.substring(origin.length());
        return origin + under(path.startsWith("/") ? path : "/" + path, prefix);
    }

    /** A Set-Cookie line that holds for the application's paths only. Without a path browsers take the folder of the request, which lies there. */
    static String cookie(String line, String prefix) {
        StringBuilder text = new StringBuilder(line.length() + prefix.length());
        String[] parts = line.split(";", -1);
        for (int at = 0; at < parts.length; at++) {
            String part = parts[at];
            int equals = part.indexOf('=');
            boolean path = at > 0
                    && equals > 0
                    && part.substring(0, equals)
                            .strip()
                            .toLowerCase(Locale.ROOT)
                            .equals("path");
            String value = path ? part.substring(equals + 1).strip() : "";
            // A value that is no path means the folder of the request, as no path at all does.
            boolean changed = path && value.startsWith("/");
            text.append(at == 0 ? "" : ";").append(changed ? " Path=" + under(value, prefix) : part);
        }
        return text.toString();
    }

    /** Applications that heed X-Forwarded-Prefix have put it there themselves. */
    private static String under(String path, String prefix) {
        boolean there = path.startsWith(prefix)
                && (path.length() == prefix.length() || "/?#".indexOf(path.charAt(prefix.length())) >= 0);
        return there ? path : prefix + path;
    }
}
