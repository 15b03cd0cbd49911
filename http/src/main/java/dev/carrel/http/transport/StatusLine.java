/* Copyright the Carrel authors. */
package dev.carrel.http.transport;

import org.jspecify.annotations.Nullable;

/**
 * {@code HTTP/1.x SP status [SP reason] CR}. A status is three digits from 100 to 599; a reason may hold what a header's value may. The blank after
 * the status may be missing with the reason, as some servers have it. Event loop only.
 */
final class StatusLine implements FirstLine {
    private static final String VERSION = "HTTP/1.";

    private final int max;
    private int bytes;
    private boolean complete;

    StatusLine(StrictHttpLimits limits) {
        max = limits.maxRequestLine();
    }

    @Override
    public void reset() {
        bytes = 0;
        complete = false;
    }

    @Override
    public boolean complete() {
        return complete;
    }

    @Override
    public @Nullable Refusal accept(int c) {
        int at = bytes++;
        if (at >= max) {
            return bad("The status line is longer than " + max + " bytes.");
        }
        if (at >= 12 && c == '\r') {
            complete = true;
            return null;
        }
        boolean allowed = switch (at) {
            case 0, 1, 2, 3, 4, 5, 6 -> c == VERSION.charAt(at);
            case 7 -> c == '0' || c == '1';
            case 8, 12 -> c == ' ';
            case 9 -> c >= '1' && c <= '5';
            case 10, 11 -> c >= '0' && c <= '9';
            default -> HeadScanner.text(c);
        };
        return allowed ? null : bad("The answer does not begin with HTTP/1.0 or HTTP/1.1 and a status.");
    }

    private static Refusal bad(String message) {
        return Refusal.badRequest("http.status-line", message);
    }
}
