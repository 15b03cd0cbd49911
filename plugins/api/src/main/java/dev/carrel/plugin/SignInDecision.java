/* Copyright the Carrel authors. */
package dev.carrel.plugin;

import java.net.URI;

/** What a {@link SignInCheck} answers. */
public sealed interface SignInDecision {
    /** Nothing is to be said against it. */
    SignInDecision ALLOW = new Allow();

    /** Nothing is to be said against it. */
    record Allow() implements SignInDecision {}

    /**
     * They are not signed in.
     *
     * @param message one or two sentences for the person; nothing secret
     */
    record Refuse(String message) implements SignInDecision {}

    /**
     * They are not signed in here but led to another site.
     *
     * @param to absolute, http or https
     * @param message shown for some seconds before; empty to go at once
     */
    record RedirectTo(URI to, String message) implements SignInDecision {
        /** Refuses an address that browsers would not go to. */
        public RedirectTo {
            boolean web = "https".equalsIgnoreCase(to.getScheme()) || "http".equalsIgnoreCase(to.getScheme());
            if (!web || to.getHost() == null || to.getRawUserInfo() != null) {
                throw new IllegalArgumentException("to: an address that is none (expected: http or https and a host)");
            }
        }
    }
}
