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
     * They are not signed in yet: the browser goes to a page of the plugin's own, which its {@link Authenticator} answers: one that says how long they
     * have to wait, or asks for something. Afterwards they sign in once more, and are asked about once more.
     *
     * @param path below {@code /hub/auth/ID}, as in {@link Authenticator.Button}
     * @param state for that request of this browser, sealed, as in {@link SignInOutcome.Page}
     */
    record GoOn(String path, String state) implements SignInDecision {
        /** Refuses a path that leads elsewhere, and a state that does not fit. */
        public GoOn {
            Authenticator.Button.checkPath(path);
            SignInOutcome.checkState(state);
        }
    }

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
