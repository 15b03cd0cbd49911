/* Copyright the Carrel authors. */
package dev.carrel.ui;

/**
 * Behind a one-time link: choose a password and come in, or just come in.
 *
 * @param user for whom
 * @param token of the link
 * @param minPassword characters a password must have; 0 when accounts have none
 * @param message why it was refused; empty at first
 */
public record InvitePage(Frame frame, String user, String token, int minPassword, String message) implements View {}
