/* Copyright the Carrel authors. */
package dev.carrel.engine.plugin;

import dev.carrel.chassis.boot.Service;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs what plugins want done now and then, each task on a virtual thread of its own that ends with its plugin. */
final class NodeTasks implements Service {
    private static final Logger LOG = LoggerFactory.getLogger(NodeTasks.class);
    private static final Duration QUESTION = Duration.ofSeconds(5);
    private static final Duration SHORTEST = Duration.ofSeconds(1);

    private final Plugins plugins;
    private final MeterRegistry metrics;
    private final Map<LiveExtension<NodeTask>, Thread> running = new HashMap<>();
    private boolean closed;

    @Inject
    NodeTasks(Plugins plugins, MeterRegistry metrics) {
        this.plugins = plugins;
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
        Set<LiveExtension<NodeTask>> wanted = new HashSet<>(closed ? Set.of() : plugins.extensions(NodeTask.class));
        running.entrySet().removeIf(entry -> {
            boolean gone = !wanted.contains(entry.getKey());
            if (gone) {
                entry.getValue().interrupt();
            }
            return gone;
        });
        for (LiveExtension<NodeTask> task : wanted) {
            running.computeIfAbsent(
                    task, t -> Thread.ofVirtual().name("task-of-" + t.plugin()).start(() -> repeat(t)));
        }
    }

    private void repeat(LiveExtension<NodeTask> task) {
        try {
            String name = task.plugin() + "." + task.call("name", QUESTION, NodeTask::name);
            Duration every = task.call("every", QUESTION, NodeTask::every);
            Duration limit = task.call("limit", QUESTION, NodeTask::limit);
            Duration pause = every.compareTo(SHORTEST) < 0 ? SHORTEST : every;
            while (!Thread.interrupted()) {
                Thread.sleep(pause);
                runOnce(task, name, limit);
            }
        } catch (PluginFailure e) {
            LOG.warn("a task is not run: {}", e.getMessage(), e.getCause());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void runOnce(LiveExtension<NodeTask> task, String name, Duration limit) throws InterruptedException {
        long begin = System.nanoTime();
        String outcome = "done";
        try {
            task.call("run", limit, t -> {
                t.run();
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
