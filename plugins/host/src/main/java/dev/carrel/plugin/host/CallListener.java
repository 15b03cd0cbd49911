/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import java.time.Duration;

/** Is told of every call into a plugin once it has ended, on the caller's thread. Must be quick and throw nothing. */
@FunctionalInterface
public interface CallListener {
    /** Tells nobody. */
    CallListener NONE = (_, _, _, _) -> {};

    /**
     * A call has ended.
     *
     * @param call the method, or what stands for it
     * @param outcome {@code done}, or the kind of failure in lower case
     */
    void ended(String plugin, String call, String outcome, Duration took);
}
