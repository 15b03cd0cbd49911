/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.plugin.UsageAccounting;

/** Those who keep accounts of how much functions were used; there may be none. */
@FunctionalInterface
public interface UsageAccounts {
    /**
     * Tells a span to all of them.
     *
     * @throws NotTaken when one of them did not take it: it is to be told again, to all
     */
    void record(UsageAccounting.FunctionUse use) throws NotTaken, InterruptedException;

    /** A span was not taken. */
    final class NotTaken extends Exception {
        private static final long serialVersionUID = 1L;

        /** Why. */
        public NotTaken(Throwable cause) {
            super(cause.getMessage(), cause);
        }
    }
}
