/* Copyright the Carrel authors. */
package dev.carrel.engine.plugin;

import dev.carrel.chassis.boot.Service;
import dev.carrel.engine.cluster.Leadership;
import dev.carrel.engine.event.Events;
import dev.carrel.engine.session.EndedSession;
import dev.carrel.engine.session.Session;
import dev.carrel.engine.session.SessionStore;
import dev.carrel.engine.signin.AuditEvent;
import dev.carrel.engine.store.StoreException;
import dev.carrel.plugin.UsageAccounting;
import dev.carrel.plugin.host.LiveExtension;
import dev.carrel.plugin.host.PluginFailure;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells plugins of every session that has ended. What ends is noted in the same transaction as its end, and the note is deleted when every such plugin
 * has taken it, so a crash at any moment loses nothing. The engine that leads does it.
 */
final class Accounting implements Service, Events.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(Accounting.class);
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Duration EVERY = Duration.ofSeconds(5);
    private static final int AT_ONCE = 100;

    private final Plugins plugins;
    private final SessionStore sessions;
    private final Leadership leadership;
    private final Semaphore due = new Semaphore(0);
    private volatile boolean closing;

    @Inject
    Accounting(Plugins plugins, SessionStore sessions, Leadership leadership, Events events) {
        this.plugins = plugins;
        this.sessions = sessions;
        this.leadership = leadership;
        plugins.onChange(due::release);
        events.listen(this);
    }

    @Override
    public void start() {
        Thread.ofVirtual().name("accounting").start(this::loop);
    }

    private void loop() {
        try {
            while (!closing) {
                try {
                    while (leadership.leads() && tell()) {
                        LOG.debug("more ended sessions are to be told");
                    }
                } catch (StoreException e) {
                    LOG.warn("sessions that have ended are told later: {}", e.getMessage());
                }
                if (due.tryAcquire(EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
                    due.drainPermits();
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether there may be more to tell right away. */
    boolean tell() throws InterruptedException {
        List<LiveExtension<UsageAccounting>> accounts = plugins.extensions(UsageAccounting.class);
        if (accounts.isEmpty()) {
            return false;
        }
        List<EndedSession> ended = sessions.unaccounted(AT_ONCE);
        for (EndedSession session : ended) {
            UsageAccounting.SessionUse use = use(session);
            for (LiveExtension<UsageAccounting> account : accounts) {
                try {
                    account.call("record", LIMIT, a -> {
                        a.record(use);
                        return Boolean.TRUE;
                    });
                } catch (PluginFailure e) {
                    LOG.warn("account of {} is taken later: {}", use, e.getMessage(), e.getCause());
                    return false;
                }
            }
            sessions.accounted(session.id());
        }
        return ended.size() == AT_ONCE && !closing;
    }

    private static UsageAccounting.SessionUse use(EndedSession session) {
        return new UsageAccounting.SessionUse(
                session.id().value(),
                session.address().user().value(),
                session.address().server().value(),
                session.image(),
                session.createdAt(),
                Optional.ofNullable(session.readyAt()),
                session.endedAt(),
                session.failed());
    }

    @Override
    public void sessionChanged(Session session) {
        if (!session.state().live()) {
            due.release();
        }
    }

    @Override
    public void audited(AuditEvent event) {}

    @Override
    public void stop() {
        closing = true;
        due.release();
    }
}
