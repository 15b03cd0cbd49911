/* Copyright the Carrel authors. */
package dev.carrel.ui;

import java.util.List;

/**
 * A server that does not run: why, and the one button that starts it.
 *
 * @param images that may be chosen, the default first
 * @param next path within the session to go to when it is ready; empty for its first page
 * @param message why a start was refused just now; empty for none
 */
public record SpawnPage(Frame frame, ServerCard server, List<String> images, String next, String message)
        implements View {
    /** Copies the list. */
    public SpawnPage {
        images = List.copyOf(images);
    }
}
