/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import java.util.Optional;

/**
 * One row of the route table.
 *
 * @param method in capitals
 * @param pattern as it was given, e.g. {@code /hub/api/users/{name}}
 */
public record Route(String method, String pattern, RouteOptions options, Handler handler) {

    /** The tag, when there is one of that type. */
    public <T> Optional<T> tag(Class<T> type) {
        return type.isInstance(options.tag()) ? Optional.of(type.cast(options.tag())) : Optional.empty();
    }
}
