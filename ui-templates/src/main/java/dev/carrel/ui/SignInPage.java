/* Copyright the Carrel authors. */
package dev.carrel.ui;

/**
 * Name and password.
 *
 * @param username to begin with; empty for none
 * @param next where to go afterwards, a path of this site; empty for home
 * @param message why it was refused; empty at first
 */
public record SignInPage(Frame frame, String username, String next, String message) implements View {}
