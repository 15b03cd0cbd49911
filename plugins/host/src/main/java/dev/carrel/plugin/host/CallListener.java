/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

/**
 * Is told of every call into a plugin once it has ended. Looking up where to count costs more than a call: it is done once for calls that are alike, and
 * what it gave is kept as long as the plugin runs.
 */
@FunctionalInterface
public interface CallListener {
    /** Tells nobody. */
    CallListener NONE = (_, _, _) -> _ -> {};

    /**
     * Where calls that are alike are told; asked seldom, on the thread of any caller, at times twice for the same. Must be quick and throw nothing.
     *
     * @param call the method, or what stands for it: one of few
     * @param outcome {@code done}, or the kind of failure in lower case
     */
    Ended of(String plugin, String call, String outcome);

    /** Calls that are alike. */
    @FunctionalInterface
    interface Ended {
        /** One has ended; on the caller's thread, of many at once. Must be quick and throw nothing. */
        void after(long nanos);
    }
}
