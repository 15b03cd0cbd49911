/* Copyright the Carrel authors. */
package dev.carrel.engine.plugin;

import dev.carrel.chassis.boot.Service;
import dev.carrel.engine.cluster.Leadership;
import dev.carrel.plugin.ClusterTask;
import dev.carrel.plugin.Extension;
import dev.carrel.plugin.NodeTask;
import dev.carrel.plugin.host.LiveExtension;
import dev.carrel.plugin.host.PluginFailure;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs what plugins want done now and then, each task on a virtual thread of its own that ends with its plugin. Tasks of the cluster are looked at by
 * every engine and run by the one that leads.
 */
final class Tasks implements Service {
    private static final Logger LOG = LoggerFactory.getLogger(Tasks.class);
    private static final Duration QUESTION = Duration.ofSeconds(5);
    private static final Duration SHORTEST = Duration.ofSeconds(1);

    private final Plugins plugins;
    private final Leadership leadership;
    private final MeterRegistry metrics;
    private final Map<LiveExtension<?>, Thread> running = new HashMap<>();
    private boolean closed;

    @Inject
    Tasks(Plugins plugins, Leadership leadership, MeterRegistry metrics) {
        this.plugins = plugins;
        this.leadership = leadership;
        this.metrics = metrics;
        // Before any plugin is started, so that no change is missed.
        plugins.onChange(this::compare);
    }

    @Override
    public void start() {
        compare();
    }

    /** Begins what is new and ends what is gone. */
    private synchronized void compare() {
        Set<LiveExtension<?>> wanted = new HashSet<>();
        if (!closed) {
            for (LiveExtension<NodeTask> task : plugins.extensions(NodeTask.class)) {
                wanted.add(task);
                running.computeIfAbsent(
                        task,
                        _ -> begin(task, NodeTask::name, NodeTask::every, NodeTask::limit, NodeTask::run, () -> true));
            }
            for (LiveExtension<ClusterTask> task : plugins.extensions(ClusterTask.class)) {
                wanted.add(task);
                running.computeIfAbsent(
                        task,
                        _ -> begin(
                                task,
                                ClusterTask::name,
                                ClusterTask::every,
                                ClusterTask::limit,
                                ClusterTask::run,
                                leadership::leads));
            }
        }
        running.entrySet().removeIf(entry -> {
            boolean gone = !wanted.contains(entry.getKey());
            if (gone) {
                entry.getValue().interrupt();
            }
            return gone;
        });
    }

    /** What is done. */
    private interface Work<E> {
        void on(E task) throws Exception;
    }

    private <E extends Extension> Thread begin(
            LiveExtension<E> task,
            LiveExtension.Call<E, String> name,
            LiveExtension.Call<E, Duration> every,
            LiveExtension.Call<E, Duration> limit,
            Work<E> work,
            BooleanSupplier due) {
        return Thread.ofVirtual().name("task-of-" + task.plugin()).start(() -> {
            try {
                String full = task.plugin() + "." + task.call("name", QUESTION, name);
                Duration asked = task.call("every", QUESTION, every);
                Duration longest = task.call("limit", QUESTION, limit);
                Duration pause = asked.compareTo(SHORTEST) < 0 ? SHORTEST : asked;
                while (!Thread.interrupted()) {
                    Thread.sleep(pause);
                    if (due.getAsBoolean()) {
                        runOnce(task, full, longest, work);
                    }
                }
            } catch (PluginFailure e) {
                LOG.warn("a task is not run: {}", e.getMessage(), e.getCause());
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private <E extends Extension> void runOnce(LiveExtension<E> task, String name, Duration limit, Work<E> work)
            throws InterruptedException {
        long begin = System.nanoTime();
        String outcome = "done";
        try {
            task.call("run", limit, t -> {
                work.on(t);
                return Boolean.TRUE;
            });
        } catch (PluginFailure e) {
            outcome = "failed";
            LOG.warn("task {}: {}", name, e.getMessage(), e.getCause());
        }
        metrics.timer("carrel.plugin.tasks", "task", name, "outcome", outcome)
                .record(Duration.ofNanos(System.nanoTime() - begin));
    }

    @Override
    public void stop() {
        synchronized (this) {
            closed = true;
        }
        compare();
    }
}
