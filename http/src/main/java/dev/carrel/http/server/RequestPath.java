/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import java.util.ArrayList;
import java.util.List;

/**
 * A path split at its slashes first and decoded after, so that an encoded slash stays inside its segment.
 *
 * @param segments decoded; the path {@code /} has one empty segment
 */
record RequestPath(List<String> segments) {
    static final RequestPath ROOT = new RequestPath(List.of(""));

    /**
     * Reads a raw path, which begins with a slash.
     *
     * @throws HttpFailure 400 for escapes that are no bytes, bytes that are no UTF-8, or a NUL
     */
    static RequestPath parse(String raw) {
        List<String> segments = new ArrayList<>();
        int start = 1;
        while (true) {
            int slash = raw.indexOf('/', start);
            segments.add(PercentDecoder.segment(raw.substring(start, slash < 0 ? raw.length() : slash)));
            if (slash < 0) {
                return new RequestPath(List.copyOf(segments));
            }
            start = slash + 1;
        }
    }

    String text() {
        return "/" + String.join("/", segments);
    }
}
