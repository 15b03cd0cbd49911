/* Copyright the Carrel authors. */
package dev.carrel.ui;

/**
 * A step of a start.
 *
 * @param percent 0 to 100
 * @param message one plain sentence
 * @param at when
 */
public record ProgressStep(int percent, String message, Moment at) {}
