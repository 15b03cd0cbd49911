/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import dev.carrel.router.decide.Ask;
import dev.carrel.router.decide.Decision.Forward;
import dev.carrel.router.route.Route;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What of a session's traffic shows that somebody uses it. An open JupyterLab asks for kernels, sessions, terminals and folders all day, and sends pongs, with nobody
 * before it; so what is only read shows nothing, nor does what its kernels and terminals say, of which the engine asks the server itself. Pages report by
 * {@code /.carrel/used} when a person types or clicks in them. See docs/router.md. Pure functions.
 */
final class Uses {
    /** What saves, renames and removes. Programs in pages ask by POST, too. */
    private static final Set<HttpMethod> CHANGES = Set.of(HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE);

    private static final Set<HttpMethod> READS = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

    private Uses() {}

    /**
     * Of a request that was answered with success.
     *
     * @param banner whether pages get our script, and so save by themselves when they are told that the session will end: that keeps it from ending no more
     *     than the warning did
     */
    static boolean shown(Ask ask, Forward forward, boolean banner) {
        if (ask.opensPage()) {
            return true;
        }
        if (forward.port() != null) {
            return !READS.contains(ask.method());
        }
        return CHANGES.contains(ask.method())
                && !(banner && ending(forward.route()) && !ask.headers().contains(HttpHeaderNames.AUTHORIZATION));
    }

    /** Whether what a client says over a WebSocket shows it: to an application of the session's. To Jupyter a page says things by itself. */
    static boolean counted(Forward forward) {
        return forward.port() != null;
    }

    private static boolean ending(@Nullable Route route) {
        return route != null && route.plannedEnd().isPresent();
    }
}
