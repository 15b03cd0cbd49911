/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import dev.carrel.plugin.Extension;
import dev.carrel.plugin.Plugin;
import dev.carrel.plugin.PluginContext;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A plugin from the making of its class loader to its closing. */
final class RunningPlugin {
    private static final Logger LOG = LoggerFactory.getLogger(RunningPlugin.class);
    private static final Duration START = Duration.ofSeconds(10);
    private static final Duration STOP = Duration.ofSeconds(10);

    private final Descriptor descriptor;
    private final PluginClassLoader loader;
    private final Bulkhead bulkhead;
    private final Plugin plugin;
    private final List<Extension> extensions;
    private final CallListener listener;

    private RunningPlugin(
            Descriptor descriptor,
            PluginClassLoader loader,
            Bulkhead bulkhead,
            Plugin plugin,
            List<Extension> extensions,
            CallListener listener) {
        this.listener = listener;
        this.descriptor = descriptor;
        this.loader = loader;
        this.bulkhead = bulkhead;
        this.plugin = plugin;
        this.extensions = extensions;
    }

    /**
     * Loads and starts; whatever fails, nothing of it is left.
     *
     * @throws Refused with the reason
     */
    static RunningPlugin start(
            Descriptor descriptor, List<Path> jars, Function<Descriptor, PluginContext> contexts, CallListener listener)
            throws Refused, InterruptedException {
        PluginClassLoader loader = new PluginClassLoader(descriptor.id(), urls(jars));
        Bulkhead bulkhead = new Bulkhead(descriptor.id(), loader, listener);
        boolean done = false;
        try {
            Plugin plugin = bulkhead.call("load", START, () -> Verifier.create(loader));
            List<Extension> extensions =
                    bulkhead.call("start", START, () -> List.copyOf(plugin.start(contexts.apply(descriptor))));
            RunningPlugin running = new RunningPlugin(descriptor, loader, bulkhead, plugin, extensions, listener);
            try {
                for (Extension extension : extensions) {
                    Verifier.completeExtension(extension);
                }
            } catch (Refused e) {
                running.end();
                throw e;
            }
            done = true;
            return running;
        } catch (PluginFailure e) {
            throw refusal(e);
        } finally {
            if (!done) {
                bulkhead.close(Duration.ZERO);
                close(loader);
                interruptLeft(descriptor, loader);
            }
        }
    }

    private static Refused refusal(PluginFailure failure) {
        Throwable cause = failure.getCause();
        if (cause instanceof Refused refused) {
            return refused;
        }
        return failure.kind() == PluginFailure.Kind.SLOW
                ? new Refused(
                        "it did not start within " + START.toSeconds()
                                + " s (start must not wait for others: do that in a thread of your own)",
                        failure)
                : new Refused("start threw " + Verifier.cause(cause), failure);
    }

    private static URL[] urls(List<Path> jars) {
        return jars.stream()
                .map(jar -> {
                    try {
                        return jar.toUri().toURL();
                    } catch (MalformedURLException e) {
                        throw new IllegalArgumentException("no address for " + jar, e);
                    }
                })
                .toArray(URL[]::new);
    }

    Descriptor descriptor() {
        return descriptor;
    }

    List<Extension> extensions() {
        return extensions;
    }

    Bulkhead bulkhead() {
        return bulkhead;
    }

    PluginClassLoader loader() {
        return loader;
    }

    /**
     * Lets nobody in any more, waits for who is inside, stops it and closes its class loader.
     *
     * @return the names of threads that it left behind
     */
    List<String> stop() throws InterruptedException {
        try {
            end();
        } finally {
            close(loader);
        }
        return interruptLeft(descriptor, loader);
    }

    /** A thread that a plugin leaves behind would keep all its classes; most end when they are interrupted. */
    private static List<String> interruptLeft(Descriptor descriptor, PluginClassLoader loader) {
        List<String> left = new ArrayList<>();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            boolean own = thread.getContextClassLoader() == loader
                    || thread.getClass().getClassLoader() == loader;
            if (own && thread.isAlive() && !(thread instanceof Bulkhead.Place)) {
                LOG.warn(
                        "plugin {} left a thread behind, \"{}\", which is interrupted (its stop must end what its start began)",
                        descriptor.id(),
                        thread.getName());
                thread.interrupt();
                left.add(thread.getName());
            }
        }
        return left;
    }

    private void end() throws InterruptedException {
        bulkhead.close(STOP);
        Bulkhead last = new Bulkhead(descriptor.id(), loader, listener);
        try {
            last.call("stop", STOP, () -> {
                plugin.stop();
                return Boolean.TRUE;
            });
        } catch (PluginFailure e) {
            LOG.warn("plugin {} did not stop as it should: {}", descriptor.id(), e.getMessage(), e.getCause());
        } finally {
            last.close(Duration.ZERO);
        }
    }

    private static void close(PluginClassLoader loader) {
        try {
            loader.close();
        } catch (IOException e) {
            LOG.warn("closing the jars of {} failed", loader.getName(), e);
        }
    }
}
