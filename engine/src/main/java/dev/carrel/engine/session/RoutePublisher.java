/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.protocol.command.SessionContainer;
import dev.carrel.protocol.signed.Revocation;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the router's table equal to the database. Pushes are quick and may fail; whatever failed is repeated by {@link #reconcile}, so the
 * table converges from any state. Thread-safe.
 */
class RoutePublisher {
    private static final Logger LOG = LoggerFactory.getLogger(RoutePublisher.class);
    private final Routes routes;
    private final RevocationSource revocations;
    private final String baseHost;
    private final AtomicReference<@Nullable Set<Revocation>> told = new AtomicReference<>();
    private volatile boolean reachable = true;

    @Inject
    RoutePublisher(Routes routes, RevocationSource revocations, SiteSettings site) {
        this.routes = routes;
        this.revocations = revocations;
        this.baseHost = site.baseHost();
    }

    /**
     * Tells the router the state of a session.
     *
     * @param container where it runs; needed for ready only
     * @return whether the router took it
     */
    boolean push(Session session, @Nullable SessionContainer container) throws InterruptedException {
        try {
            routes.put(route(session, container));
            return true;
        } catch (IOException e) {
            unreachable(e);
            return false;
        }
    }

    /** Sends the revocations now; a failure is repeated by the next reconcile. */
    void pushRevocations() throws InterruptedException {
        try {
            sendRevocations();
        } catch (IOException e) {
            unreachable(e);
        }
    }

    /** Whether the router took the last thing it was told. */
    boolean reachable() {
        return reachable;
    }

    /**
     * Compares and mends the whole table.
     *
     * @param sessions the latest session of every address, by origin host
     * @param containers where ready sessions run, by session id; null when the manager could not be asked
     * @return what the router has, by origin host; empty when it did not answer
     */
    Map<String, Routes.Known> reconcile(
            Map<String, Session> sessions, @Nullable Map<String, SessionContainer> containers)
            throws InterruptedException {
        try {
            Map<String, Routes.Known> known = routes.list();
            if (!reachable) {
                LOG.info("the router answers again");
                told.set(null);
            }
            reachable = true;
            for (Map.Entry<String, Session> entry : sessions.entrySet()) {
                mend(entry.getValue(), known.get(entry.getKey()), containers);
            }
            for (Map.Entry<String, Routes.Known> entry : known.entrySet()) {
                if (!sessions.containsKey(entry.getKey())) {
                    LOG.info(
                            "deleting the route {} of a session that nobody knows",
                            entry.getValue().path());
                    routes.delete(entry.getValue().path());
                }
            }
            sendRevocations();
            return known;
        } catch (IOException e) {
            unreachable(e);
            return Map.of();
        }
    }

    private void mend(Session session, Routes.@Nullable Known known, @Nullable Map<String, SessionContainer> containers)
            throws IOException, InterruptedException {
        SessionContainer container =
                containers == null ? null : containers.get(session.id().value());
        if (session.state() == SessionState.READY && (container == null || container.address() == null)) {
            return;
        }
        Routes.Route wanted = route(session, container);
        String target = wanted.target() == null ? "" : wanted.target();
        boolean same = known != null
                && known.id().equals(wanted.id())
                && known.state().equals(wanted.state())
                && known.target().equals(target);
        if (!same) {
            routes.put(wanted);
        }
    }

    /** Compares each time, because the command line may have revoked something without telling us. */
    private void sendRevocations() throws IOException, InterruptedException {
        Set<Revocation> now = Set.copyOf(revocations.revocations());
        if (!now.equals(told.get())) {
            routes.revocations(now);
            told.set(now);
        }
    }

    private void unreachable(IOException e) {
        if (reachable) {
            LOG.warn(
                    "the router does not take what it is told; it keeps what it has, and this is repeated: {}",
                    e.toString());
        }
        reachable = false;
    }

    private Routes.Route route(Session session, @Nullable SessionContainer container) {
        boolean ready = session.state() == SessionState.READY;
        boolean known = ready && container != null && container.address() != null;
        Instant since = session.endedAt() != null
                ? session.endedAt()
                : session.readyAt() != null ? session.readyAt() : session.createdAt();
        return new Routes.Route(
                session.address().basePath(),
                known && container != null ? "http://" + container.address() + ":" + container.port() : null,
                session.id().value(),
                session.address().user().value(),
                session.address().server().value(),
                session.address().host(baseHost),
                routeState(session.state()),
                ready ? session.upstreamToken() : null,
                session.reason().isEmpty() ? null : session.reason(),
                since.toString());
    }

    /** The router does not distinguish pending from starting. */
    private static String routeState(SessionState state) {
        return state == SessionState.PENDING ? SessionState.STARTING.label() : state.label();
    }
}
