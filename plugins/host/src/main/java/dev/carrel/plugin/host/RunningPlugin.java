/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import dev.carrel.plugin.Command;
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
import java.util.Map;
import java.util.concurrent.Callable;
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
    private Map<String, ReadyCommand> commands = Map.of();

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
        return start(descriptor, loader, () -> Verifier.create(loader), contexts, listener);
    }

    /** Starts a part of the program; as above. */
    static RunningPlugin start(Part part, Function<Descriptor, PluginContext> contexts, CallListener listener)
            throws Refused, InterruptedException {
        Descriptor descriptor = part.descriptor();
        PluginClassLoader loader = new PluginClassLoader(descriptor.id(), new URL[0]);
        return start(descriptor, loader, () -> part.plugin().get(), contexts, listener);
    }

    private static RunningPlugin start(
            Descriptor descriptor,
            PluginClassLoader loader,
            Callable<Plugin> maker,
            Function<Descriptor, PluginContext> contexts,
            CallListener listener)
            throws Refused, InterruptedException {
        Bulkhead bulkhead = new Bulkhead(descriptor.id(), loader, listener);
        boolean done = false;
        try {
            Plugin plugin = bulkhead.call("load", START, maker);
            List<Extension> extensions =
                    bulkhead.call("start", START, () -> List.copyOf(plugin.start(contexts.apply(descriptor))));
            RunningPlugin running = new RunningPlugin(descriptor, loader, bulkhead, plugin, extensions, listener);
            try {
                for (Extension extension : extensions) {
                    Verifier.completeExtension(extension);
                }
                running.commands = ReadyCommand.of(running.live(Command.class), START);
            } catch (Refused | InterruptedException e) {
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

    /** Its commands by their names. */
    Map<String, ReadyCommand> commands() {
        return commands;
    }

    /** What it adds at a point. */
    <E extends Extension> List<LiveExtension<E>> live(Class<E> point) {
        List<LiveExtension<E>> found = new ArrayList<>();
        for (Extension extension : extensions) {
            if (point.isInstance(extension)) {
                found.add(new LiveExtension<>(descriptor.id(), point.cast(extension), bulkhead));
            }
        }
        return found;
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
