/* Copyright the Carrel authors. */
package dev.carrel.engine.plugin;

import dev.carrel.chassis.boot.Service;
import dev.carrel.engine.event.Events;
import dev.carrel.engine.session.Session;
import dev.carrel.engine.signin.AuditEvent;
import dev.carrel.plugin.Event;
import dev.carrel.plugin.EventListener;
import dev.carrel.plugin.host.LiveExtension;
import dev.carrel.plugin.host.PluginFailure;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings events to the listeners of plugins: a queue and a virtual thread for each, so that none waits for another, and the engine for none. */
final class EventDelivery implements Service, Events.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(EventDelivery.class);
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int WAITING = 1000;

    private final Plugins plugins;
    private final Clock clock;
    private final MeterRegistry metrics;
    private volatile Map<LiveExtension<EventListener>, Post> posts = Map.of();
    private boolean closed;

    /** What waits for one listener, and the thread that brings it. */
    private record Post(BlockingQueue<Event> waiting, Thread bringing) {}

    @Inject
    EventDelivery(Plugins plugins, Events events, Clock clock, MeterRegistry metrics) {
        this.plugins = plugins;
        this.clock = clock;
        this.metrics = metrics;
        plugins.onChange(this::compare);
        events.listen(this);
    }

    @Override
    public void start() {
        compare();
    }

    private synchronized void compare() {
        Set<LiveExtension<EventListener>> wanted =
                new HashSet<>(closed ? Set.of() : plugins.extensions(EventListener.class));
        Map<LiveExtension<EventListener>, Post> next = new HashMap<>();
        for (LiveExtension<EventListener> listener : wanted) {
            Post post = posts.get(listener);
            next.put(listener, post != null ? post : post(listener));
        }
        posts.forEach((listener, post) -> {
            if (!next.containsKey(listener)) {
                post.bringing().interrupt();
            }
        });
        posts = Map.copyOf(next);
    }

    private static Post post(LiveExtension<EventListener> listener) {
        BlockingQueue<Event> waiting = new ArrayBlockingQueue<>(WAITING);
        Thread bringing =
                Thread.ofVirtual().name("events-of-" + listener.plugin()).start(() -> bring(listener, waiting));
        return new Post(waiting, bringing);
    }

    private static void bring(LiveExtension<EventListener> listener, BlockingQueue<Event> waiting) {
        try {
            while (!Thread.interrupted()) {
                Event event = waiting.take();
                try {
                    listener.call("on", LIMIT, l -> {
                        l.on(event);
                        return Boolean.TRUE;
                    });
                } catch (PluginFailure e) {
                    LOG.warn("{} was not taken: {}", event, e.getMessage(), e.getCause());
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void sessionChanged(Session session) {
        tell(new Event.SessionChanged(
                clock.instant(),
                session.id().value(),
                session.address().user().value(),
                session.address().server().value(),
                session.image(),
                switch (session.state()) {
                    case PENDING -> Event.SessionChanged.State.PENDING;
                    case STARTING -> Event.SessionChanged.State.STARTING;
                    case READY -> Event.SessionChanged.State.READY;
                    case STOPPING -> Event.SessionChanged.State.STOPPING;
                    case STOPPED -> Event.SessionChanged.State.STOPPED;
                    case FAILED -> Event.SessionChanged.State.FAILED;
                },
                session.reason().text(),
                session.createdAt()));
    }

    @Override
    public void audited(AuditEvent event) {
        tell(new Event.AccountEvent(event.at(), event.actor(), event.action(), event.subject(), event.result()));
    }

    @Override
    public void happened(Event event) {
        tell(event);
    }

    private void tell(Event event) {
        posts.forEach((listener, post) -> {
            if (!post.waiting().offer(event)) {
                metrics.counter("carrel.plugin.events.dropped", "plugin", listener.plugin())
                        .increment();
            }
        });
    }

    @Override
    public void stop() {
        synchronized (this) {
            closed = true;
        }
        compare();
    }
}
