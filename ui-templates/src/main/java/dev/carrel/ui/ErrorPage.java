/* Copyright the Carrel authors. */
package dev.carrel.ui;

import org.jspecify.annotations.Nullable;

/**
 * Something went wrong.
 *
 * @param status of the answer
 * @param title a few words
 * @param message a plain sentence: what was wrong and what to do
 * @param errorId under which the log has the cause; empty when there is none
 * @param button the one step that helps
 */
public record ErrorPage(
        Frame frame,
        int status,
        String title,
        String message,
        String errorId,
        @Nullable Link button) implements View {}
