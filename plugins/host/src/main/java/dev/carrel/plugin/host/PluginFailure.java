/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import org.jspecify.annotations.Nullable;

/** A call into a plugin gave no answer. */
public final class PluginFailure extends Exception {
    private static final long serialVersionUID = 1;
    private final Kind kind;

    /** Why. */
    public enum Kind {
        /** It threw. */
        THREW,
        /** It took too long and was interrupted. */
        SLOW,
        /** Too many earlier calls have not returned. */
        BUSY,
        /** It has been stopped. */
        GONE
    }

    PluginFailure(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** Why. */
    public Kind kind() {
        return kind;
    }
}
