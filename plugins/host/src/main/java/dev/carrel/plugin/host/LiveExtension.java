/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import dev.carrel.plugin.Extension;
import java.time.Duration;
import java.util.concurrent.Callable;

/**
 * An extension of a running plugin, to be called only through here. Hold it no longer than a request: once the plugin is gone every call fails with
 * {@link PluginFailure.Kind#GONE}, and holding it keeps the plugin's classes.
 *
 * @param <E> the extension point
 */
public final class LiveExtension<E extends Extension> {
    private final String plugin;
    private final E extension;
    private final Bulkhead bulkhead;

    LiveExtension(String plugin, E extension, Bulkhead bulkhead) {
        this.plugin = plugin;
        this.extension = extension;
        this.bulkhead = bulkhead;
    }

    /** A call of an extension's method. */
    @FunctionalInterface
    public interface Call<E, T> {
        /** Calls it. */
        T on(E extension) throws Exception;
    }

    /** The id of its plugin. */
    public String plugin() {
        return plugin;
    }

    /**
     * Calls it on a thread of the plugin's and waits.
     *
     * @param what names the call in messages
     * @throws PluginFailure when there is no answer
     */
    public <T> T call(String what, Duration limit, Call<E, T> call) throws PluginFailure, InterruptedException {
        Callable<T> work = () -> call.on(extension);
        return bulkhead.call(what, limit, work);
    }

    /**
     * Calls it on this thread, without a limit in time: for extension points whose methods end by themselves within deadlines of their own.
     *
     * @param what names the call in messages
     * @throws PluginFailure of kind {@link PluginFailure.Kind#GONE} when the plugin has been stopped
     * @throws Exception whatever the plugin throws
     */
    <T> T direct(String what, Callable<T> call) throws Exception {
        return bulkhead.direct(what, call);
    }

    /** For {@link #direct} only. */
    E extension() {
        return extension;
    }

    /** Equal when it is the very same extension object. */
    @Override
    @SuppressWarnings("ReferenceEquality") // a plugin's own equals is none of our business
    public boolean equals(Object other) {
        return other instanceof LiveExtension<?> live && live.extension == extension;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(extension);
    }
}
