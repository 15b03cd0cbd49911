/* Copyright the Carrel authors. */
package dev.carrel.ui;

/**
 * Behind a one-time link: choose a password.
 *
 * @param user for whom
 * @param token of the link
 * @param minPassword characters a password must have
 * @param message why it was refused; empty at first
 */
public record InvitePage(Frame frame, String user, String token, int minPassword, String message) implements View {}
