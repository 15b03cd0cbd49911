/* Copyright the Carrel authors. */
package dev.carrel.ui;

/**
 * Leads on at once without being a redirect. Needed after a form whose next step is another origin: browsers hold a form's redirects to the
 * page's {@code form-action}.
 *
 * @param to where
 */
public record MovingOnPage(Frame frame, Link to) implements View {}
