/* Copyright the Carrel authors. */
package dev.carrel.protocol.wire;

import org.jspecify.annotations.Nullable;

/** Bytes that are no message of ours; the text is safe to log. */
public final class MalformedMessage extends Exception {
    private static final long serialVersionUID = 1;

    /** Bytes that are refused; {@code message} must be safe to log. */
    public MalformedMessage(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
