/* Copyright the Carrel authors. */
package dev.carrel.ui;

import java.util.List;

/**
 * A server on its way up (or down): true progress, live.
 *
 * @param percent how far the start is
 * @param steps done so far, oldest first
 * @param again whether a start follows the stop that is under way
 * @param next path within the session to go to when it is ready; empty for its first page
 */
public record SpawnPendingPage(
        Frame frame, ServerCard server, int percent, List<ProgressStep> steps, boolean again, String next)
        implements View {
    /** Copies the list. */
    public SpawnPendingPage {
        steps = List.copyOf(steps);
    }
}
