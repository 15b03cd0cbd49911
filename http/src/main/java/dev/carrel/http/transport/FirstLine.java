/* Copyright the Carrel authors. */
package dev.carrel.http.transport;

import org.jspecify.annotations.Nullable;

/** The line a head begins with, read byte by byte up to its CR. Event loop only. */
interface FirstLine {
    /** Forgets everything, for the next head. */
    void reset();

    /** The next byte, 0..255. Returns why it is refused, null when nothing is wrong so far. Not called again once the line is complete. */
    @Nullable
    Refusal accept(int c);

    /** Whether the CR has come. */
    boolean complete();
}
