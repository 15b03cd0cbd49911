/* Copyright the Carrel authors. */
package dev.carrel.protocol.key;

import org.jspecify.annotations.Nullable;

/** A key cannot be used; the message names the file, the fault and the mend. The process must not start without it. */
public final class UncheckedKeyException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** A fault without a cause below it. */
    public UncheckedKeyException(String message) {
        this(message, null);
    }

    /** A fault with its cause. */
    public UncheckedKeyException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
