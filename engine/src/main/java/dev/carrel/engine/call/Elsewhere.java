/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.engine.function.FunctionVersion;
import org.jspecify.annotations.Nullable;

/** The other instances, as a dispatcher sees them. Thread-safe; asked under its lock, so nothing blocks and all is answered out of memory. */
interface Elsewhere {
    /** There are none. */
    Elsewhere NOWHERE = new Elsewhere() {
        @Override
        public String own() {
            return "";
        }

        @Override
        public boolean any() {
            return false;
        }

        @Override
        public @Nullable Envoy find(Dispatcher from, Call call, boolean grow, long now) {
            return null;
        }

        @Override
        public boolean room(FunctionVersion version, long now) {
            return false;
        }
    };

    /** Our own instance's name; empty when there are no others. */
    String own();

    /** Whether any other takes calls. */
    boolean any();

    /**
     * Whoever brings a call to another instance; a place there is held until it is back.
     *
     * @param grow whether it may go where a worker must be started for it, too
     * @return null when no other instance can serve it at once
     */
    @Nullable
    Envoy find(Dispatcher from, Call call, boolean grow, long now);

    /** Whether another instance would serve a further call of a version, by a worker that is idle or one that it can start. */
    boolean room(FunctionVersion version, long now);
}
