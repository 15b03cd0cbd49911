/* Copyright the Carrel authors. */
package dev.carrel.engine.deferred;

import dev.carrel.engine.call.Ask;
import dev.carrel.engine.call.Unattended;

/** Does what a deferred call asks for. */
@FunctionalInterface
interface DeferredWork {
    /** Makes one attempt; ends soon after it was called off. */
    Unattended.Result attempt(DeferredRun run, Ask ask) throws InterruptedException;

    /** Whether another engine had better claim a call, for it has room and we have not. Must be quick. */
    default boolean betterElsewhere(DeferredCall call) {
        return false;
    }
}
