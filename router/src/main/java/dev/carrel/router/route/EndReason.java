/* Copyright the Carrel authors. */
package dev.carrel.router.route;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Why a session is not there, as the engine says.
 *
 * @param code one stable word for programs, as {@code out-of-memory}; empty from an engine that does not tell
 * @param text one sentence for people
 * @param log the last lines of its output, for those alone who may enter
 */
public record EndReason(String code, String text, List<String> log) {
    private static final Pattern CODE = Pattern.compile("|[a-z][a-z-]{0,39}");
    private static final int MAX_TEXT = 2_000;
    private static final int MAX_LINES = 50;
    private static final int MAX_LINE = 400;
    private static final int MAX_LOG = 8_000;

    /**
     * Bounds text and lines; of the lines the last are kept.
     *
     * @throws IllegalArgumentException when the code is no word
     */
    public EndReason {
        if (!CODE.matcher(code).matches()) {
            throw new IllegalArgumentException(
                    "session.reasonCode: \"" + code + "\" (expected: small letters and hyphens, at most 40)");
        }
        text = text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) : text;
        log = last(log);
    }

    /** The same for somebody who is not told what the session wrote. */
    EndReason withoutLog() {
        return new EndReason(code, text, List.of());
    }

    private static List<String> last(List<String> lines) {
        Deque<String> kept = new ArrayDeque<>();
        int characters = 0;
        for (int at = lines.size() - 1; at >= 0 && kept.size() < MAX_LINES; at--) {
            String line = lines.get(at);
            String cut = line.length() > MAX_LINE ? line.substring(0, MAX_LINE) : line;
            characters += cut.length();
            if (characters > MAX_LOG) {
                break;
            }
            kept.addFirst(cut);
        }
        return List.copyOf(kept);
    }
}
