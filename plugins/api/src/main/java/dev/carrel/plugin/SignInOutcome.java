/* Copyright the Carrel authors. */
package dev.carrel.plugin;

import java.net.URI;

/** What an {@link Authenticator} answers. */
public sealed interface SignInOutcome {
    /** The most characters of a state. */
    int MAX_STATE = 1500;

    /**
     * The browser goes elsewhere, to come back later.
     *
     * @param to absolute, http or https
     * @param state for the next request of this browser, at most {@value #MAX_STATE} characters of printable ASCII
     */
    record Redirect(URI to, String state) implements SignInOutcome {
        /** Refuses an address that browsers would not go to, and a state that does not fit. */
        public Redirect {
            boolean web = "https".equalsIgnoreCase(to.getScheme()) || "http".equalsIgnoreCase(to.getScheme());
            if (!web || to.getHost() == null || to.getRawUserInfo() != null) {
                throw new IllegalArgumentException("to: an address that is none (expected: http or https and a host)");
            }
            checkState(state);
        }
    }

    /** It is known who they are. */
    record Identified(Identity identity) implements SignInOutcome {}

    /**
     * They are not signed in; the sign-in page says why.
     *
     * @param message one or two sentences for the person; nothing secret
     */
    record Refused(String message) implements SignInOutcome {}

    /**
     * A page of the plugin's own within Carrel's frame.
     *
     * @param title plain text
     * @param html goes into the page as it is, so user text in it must be escaped. Scripts in it do not run; forms may post to the plugin's own
     *     paths with the hidden field {@code _xsrf}
     * @param state for the next request of this browser, at most {@value #MAX_STATE} characters of printable ASCII
     */
    record Page(String title, String html, String state) implements SignInOutcome {
        /** Refuses a state that does not fit. */
        public Page {
            checkState(state);
        }
    }

    /**
     * Refuses a state that does not fit.
     *
     * @throws IllegalArgumentException when it is too long or has other characters
     */
    static void checkState(String state) {
        if (state.length() > MAX_STATE || !state.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
            throw new IllegalArgumentException("state: " + state.length() + " characters (expected: at most "
                    + MAX_STATE + " of printable ASCII)");
        }
    }
}
