/* Copyright the Carrel authors. */
package dev.carrel.plugin;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A way to sign in beside the password: at most one for each plugin. It answers {@code /hub/auth/ID/…} for people who are not signed in, and says who
 * somebody is, or is the page to which a {@link SignInCheck} of the same plugin leads ({@link SignInDecision.GoOn}); the account, the cookies, the audit log and everything else are Carrel's. Called for many people at once.
 *
 * <p>A plugin keeps nothing between two requests of a flow: what it must remember (a nonce, a verifier) it gives out as the state of a
 * {@link SignInOutcome.Redirect} or {@link SignInOutcome.Page} and finds in the next request. Carrel keeps it, sealed, in a cookie of that very browser for ten
 * minutes. Who is {@link SignInOutcome.Identified} without having begun in the same browser is not signed in, and nobody twice by the same flow, so
 * that nobody can be made to sign in as somebody else.
 */
public non-sealed interface Authenticator extends Extension {
    /**
     * What stands below the form of the sign-in page. Asked whenever that page is drawn, at most 1 s; may be empty.
     */
    default List<Button> buttons() {
        return List.of();
    }

    /**
     * Looks at a stranger who comes to the sign-in page, before it is shown: whom a trusted proxy vouches for is signed in without being asked. At
     * most 2 s; whatever is thrown is logged, and the page is shown.
     *
     * @param request its path is {@code /}, it has no state
     */
    default Optional<Identity> recognise(SignInRequest request) throws Exception {
        return Optional.empty();
    }

    /**
     * Answers one request to {@code /hub/auth/ID/…}; at most 20 s. POSTs have passed Carrel's check against forged forms before.
     *
     * @throws Exception logged; the person is told that it failed and can begin again
     */
    SignInOutcome handle(SignInRequest request) throws Exception;

    /**
     * A button on the sign-in page.
     *
     * @param label plain text, at most 100 characters
     * @param path where it leads, below {@code /hub/auth/ID}: a slash, and names of A-Z a-z 0-9 . _ - between slashes
     */
    record Button(String label, String path) {
        private static final Pattern PATH = Pattern.compile("/|(/[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}){1,8}/?");

        /** Refuses what cannot be shown, and a path that leads elsewhere. */
        public Button {
            if (label.isBlank() || label.length() > 100) {
                throw new IllegalArgumentException("label: \"" + label + "\" (expected: 1 to 100 characters)");
            }
            checkPath(path);
        }

        static void checkPath(String path) {
            if (!PATH.matcher(path).matches()) {
                throw new IllegalArgumentException("path: \"" + path + "\" (expected: / or /google/ or the like)");
            }
        }
    }
}
