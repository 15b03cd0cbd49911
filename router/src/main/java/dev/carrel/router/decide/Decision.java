/* Copyright the Carrel authors. */
package dev.carrel.router.decide;

import dev.carrel.protocol.signed.Claims;
import dev.carrel.router.page.Notice;
import dev.carrel.router.route.Route;
import dev.carrel.router.route.SessionRoute;
import dev.carrel.router.route.Target;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What happens to one request. */
public sealed interface Decision {

    /** Who is asked. It decides which headers may pass. */
    enum Kind {
        /** The engine: it sees everything the client sent. */
        ENGINE,
        /** The engine, for calls of functions at the host of JuliaBox's form of them: without cookies, which count for nothing there. */
        API,
        /** The engine, for a call of a function that another instance's engine passes on: proven, and by nobody's credentials. */
        CALL,
        /** A route without a session, as a stock JupyterHub sets: it sees everything, too. */
        PLAIN,
        /** A session on its own origin. */
        ORIGIN,
        /** A session under the base host, by token only. */
        TOKEN,
        /** The router of another instance, which decides anew: it sees everything the client sent. */
        INSTANCE;

        /** Whether a container answers, which must learn nothing of ours. */
        public boolean container() {
            return this == ORIGIN || this == TOKEN;
        }

        /** In lower case, for logs and metrics. */
        public String label() {
            return switch (this) {
                case ENGINE -> "engine";
                case API -> "api";
                case CALL -> "call";
                case PLAIN -> "route";
                case ORIGIN -> "session";
                case TOKEN -> "session-api";
                case INSTANCE -> "instance";
            };
        }
    }

    /**
     * It is passed on.
     *
     * @param route null for the engine and for another instance
     * @param claims of the credential that opened the way; null where none is needed
     * @param cookie to be set with the answer; null for none
     * @param port the named port to which it goes; null for everything else
     */
    record Forward(
            Kind kind,
            @Nullable Route route,
            Target target,
            @Nullable Claims claims,
            @Nullable String cookie,
            @Nullable PortPassage port)
            implements Decision {
        /** To no named port. */
        public Forward(
                Kind kind, @Nullable Route route, Target target, @Nullable Claims claims, @Nullable String cookie) {
            this(kind, route, target, claims, cookie, null);
        }

        /** The user by whose right it is passed on. */
        public Optional<String> user() {
            return Optional.ofNullable(claims).map(Claims::subject);
        }
    }

    /**
     * The client is sent elsewhere.
     *
     * @param cookie to be set; null for none
     */
    record Redirect(String location, @Nullable String cookie) implements Decision {}

    /**
     * Our table does not know the session; another instance may have it.
     *
     * @param name the host of an origin, or the first segments of a path
     */
    record Elsewhere(String name) implements Decision {}

    /** The router answers itself. */
    record Say(Notice notice) implements Decision {}

    /**
     * Somebody follows how a session is.
     *
     * @param session as it is now
     * @param claims by whose right
     * @param stream whether every change is to be told, not only how it is now
     */
    record Follow(SessionRoute session, Claims claims, boolean stream) implements Decision {}

    /** Somebody says that the session is being used. */
    record Used(Route route, Claims claims) implements Decision {}

    /** The script of the banner in sessions' pages. */
    record Script() implements Decision {}

    /** configurable-http-proxy's sign of life. */
    record Alive() implements Decision {}
}
