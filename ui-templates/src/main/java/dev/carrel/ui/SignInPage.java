/* Copyright the Carrel authors. */
package dev.carrel.ui;

import java.util.List;

/**
 * Name and password, and other ways to sign in.
 *
 * @param form whether there is a form for name and password
 * @param username to begin with; empty for none
 * @param next where to go afterwards, a path of this site; empty for home
 * @param message why it was refused; empty at first
 * @param ways a button for each
 */
public record SignInPage(Frame frame, boolean form, String username, String next, String message, List<Link> ways)
        implements View {
    /** Copies the list. */
    public SignInPage {
        ways = List.copyOf(ways);
    }

    /** The form, without other ways. */
    public SignInPage(Frame frame, String username, String next, String message) {
        this(frame, true, username, next, message, List.of());
    }
}
