/* Copyright the Carrel authors. */
package dev.carrel.router.decide;

import dev.carrel.router.route.PortRoute;
import dev.carrel.router.route.Route;
import org.jspecify.annotations.Nullable;

/**
 * A request's way to a named port.
 *
 * @param port where it goes
 * @param prefix what was taken from the front of its path: empty on the port's own origin, else without a slash at the end
 * @param target of the request as the application shall see it; begins with a slash
 */
public record PortPassage(PortRoute port, String prefix, String target) {

    /**
     * What a target under {@code ports/} names.
     *
     * @param name as sent
     * @param rest what follows the name; empty, or begins with a slash or a question mark
     */
    record Named(String name, String rest) {
        /** With the slash that is missing where nothing, or a query, follows the name. */
        String target() {
            return rest.startsWith("/") ? rest : "/" + rest;
        }
    }

    /** The port named by a target; null when it lies elsewhere or names none. */
    static @Nullable Named named(Route route, String target) {
        String behind = route.behindPorts(target);
        if (behind == null) {
            return null;
        }
        int end = 0;
        while (end < behind.length() && behind.charAt(end) != '/' && behind.charAt(end) != '?') {
            end++;
        }
        return end == 0 ? null : new Named(behind.substring(0, end), behind.substring(end));
    }
}
