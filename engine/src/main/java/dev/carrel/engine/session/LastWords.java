/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** As much of a session's last lines as the router keeps for every session, in memory and on disk. Pure functions. */
final class LastWords {
    private static final int LINES = 12;
    private static final int CHARACTERS = 200;

    private LastWords() {}

    static List<String> of(List<String> lines) {
        Deque<String> last = new ArrayDeque<>();
        for (int at = lines.size() - 1; at >= 0 && last.size() < LINES; at--) {
            String line = lines.get(at);
            last.addFirst(line.length() > CHARACTERS ? line.substring(0, CHARACTERS - 1) + "…" : line);
        }
        return List.copyOf(last);
    }
}
