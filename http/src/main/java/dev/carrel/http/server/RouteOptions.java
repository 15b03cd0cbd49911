/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import org.jspecify.annotations.Nullable;

/**
 * What else is known of a route.
 *
 * @param tag anything its owner wants to find again on {@link Request#route}, e.g. an access rule; null for none
 * @param maxBody bytes a request's body may have; -1 for the server's default
 */
public record RouteOptions(@Nullable Object tag, long maxBody) {
    /** No tag, the server's default body limit. */
    public static final RouteOptions DEFAULT = new RouteOptions(null, -1);

    public RouteOptions {
        if (maxBody < -1) {
            throw new IllegalArgumentException(
                    "max body: " + maxBody + " (expected: 0 or more, -1 = the server's default)");
        }
    }

    /** A tag and the server's default body limit. */
    public static RouteOptions tagged(Object tag) {
        return new RouteOptions(tag, -1);
    }

    /** The same with another body limit. */
    public RouteOptions withMaxBody(long bytes) {
        return new RouteOptions(tag, bytes);
    }
}
