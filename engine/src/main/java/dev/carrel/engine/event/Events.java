/* Copyright the Carrel authors. */
package dev.carrel.engine.event;

import dev.carrel.engine.session.Session;
import dev.carrel.engine.signin.AuditEvent;
import dev.carrel.plugin.Event;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells listeners of changes that have been stored. Thread-safe. */
public final class Events {
    private static final Logger LOG = LoggerFactory.getLogger(Events.class);
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    /** Wants to know. Called on the thread of whoever made the change, so it must be quick: put aside, do not work. */
    public interface Listener {
        /** A session has another state than before. */
        void sessionChanged(Session session);

        /** Something was written into the audit log. */
        void audited(AuditEvent event);

        /** Something else that listeners outside are told as it is. */
        default void happened(Event event) {}
    }

    /** Adds a listener for as long as the engine runs. */
    public void listen(Listener listener) {
        listeners.add(listener);
    }

    /** Tells of something that has been stored. */
    public void publish(Event event) {
        for (Listener listener : listeners) {
            try {
                listener.happened(event);
            } catch (RuntimeException e) {
                LOG.error("a listener failed at {}", event, e);
            }
        }
    }

    void publish(Session session) {
        for (Listener listener : listeners) {
            try {
                listener.sessionChanged(session);
            } catch (RuntimeException e) {
                LOG.error("a listener failed at {}", session, e);
            }
        }
    }

    void publish(AuditEvent event) {
        for (Listener listener : listeners) {
            try {
                listener.audited(event);
            } catch (RuntimeException e) {
                LOG.error("a listener failed at {}", event, e);
            }
        }
    }
}
