/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import org.jspecify.annotations.Nullable;

/**
 * What else is known of a route.
 *
 * @param tag anything its owner wants to find again on {@link Request#route}, e.g. an access rule; null for none
 * @param maxBody bytes a request's body may have; -1 for the server's default
 * @param patient whether its handlers may take long: they take none of the places of others, but of as many again as there are for streams
 */
public record RouteOptions(@Nullable Object tag, long maxBody, boolean patient) {
    /** No tag, the server's default body limit. */
    public static final RouteOptions DEFAULT = new RouteOptions(null, -1, false);

    public RouteOptions {
        if (maxBody < -1) {
            throw new IllegalArgumentException(
                    "max body: " + maxBody + " (expected: 0 or more, -1 = the server's default)");
        }
    }

    /** A tag and the server's default body limit. */
    public static RouteOptions tagged(Object tag) {
        return new RouteOptions(tag, -1, false);
    }

    /** The same with another body limit. */
    public RouteOptions withMaxBody(long bytes) {
        return new RouteOptions(tag, bytes, patient);
    }

    /** The same for handlers that may take long. */
    public RouteOptions withPatience() {
        return new RouteOptions(tag, maxBody, true);
    }
}
