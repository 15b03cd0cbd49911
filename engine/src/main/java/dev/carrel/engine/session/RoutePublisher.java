/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.engine.cluster.Instances;
import dev.carrel.protocol.command.AddressRest;
import dev.carrel.protocol.command.SessionContainer;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.signed.Revocation;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the router's table equal to what the database has of this instance. Pushes are quick and may fail; whatever failed is repeated by {@link #reconcile}, so the
 * table converges from any state. What is told of one session is told in the order in which it happened: a reconcile that looked a moment ago
 * never overwrites a push. Thread-safe.
 */
class RoutePublisher {
    private static final Logger LOG = LoggerFactory.getLogger(RoutePublisher.class);
    private static final int STRIPES = 64;
    private final Routes routes;
    private final SessionStore store;
    private final PortStore ports;
    private final PlannedEnds planned;
    private final List<ReentrantLock> stripes =
            Stream.generate(ReentrantLock::new).limit(STRIPES).toList();
    private final RevocationSource revocations;
    private final Instances instances;
    private final String baseHost;
    private final AtomicReference<@Nullable Set<Revocation>> told = new AtomicReference<>();
    private final CountDownLatch agreed = new CountDownLatch(1);
    private volatile boolean reachable = true;
    private volatile long agreedAt = System.nanoTime();

    @Inject
    RoutePublisher(
            Routes routes,
            SessionStore store,
            PortStore ports,
            PlannedEnds planned,
            RevocationSource revocations,
            Instances instances,
            SiteSettings site) {
        this.routes = routes;
        this.store = store;
        this.ports = ports;
        this.planned = planned;
        this.revocations = revocations;
        this.instances = instances;
        this.baseHost = site.baseHost();
    }

    /**
     * Tells the router the state of a session.
     *
     * @param container where it runs; needed for ready only
     * @return whether the router took it
     */
    boolean push(Session session, @Nullable SessionContainer container) throws InterruptedException {
        ReentrantLock order = order(host(session));
        order.lock();
        try {
            routes.put(route(session, target(session, container), ports.of(session.address())));
            return true;
        } catch (IOException e) {
            unreachable(e);
            return false;
        } finally {
            order.unlock();
        }
    }

    /**
     * Whether the router's table agreed with the containers a short while ago; waits a little for the first time it does. Until then a router may still
     * hold a route to a container that is gone, and no address may come to somebody else; see {@link AddressRest}.
     *
     * @param patience how long it waits for the first time
     */
    boolean agrees(Duration patience) throws InterruptedException {
        return agreed.await(patience.toMillis(), TimeUnit.MILLISECONDS)
                && System.nanoTime() - agreedAt < AddressRest.AGREEMENT.toNanos();
    }

    /**
     * Tells the router the named ports and the planned end of a session as they now are; a failure is repeated by the next reconcile. Where the session runs, the router knows
     * best: a route that is not there, or is one of another state, is about to be told anyhow. A session of another instance is left to that one's reconcile.
     */
    void refresh(SessionAddress address) throws InterruptedException {
        ReentrantLock order = order(address.host(baseHost));
        order.lock();
        try {
            Optional<Session> session = store.latest(address).filter(s -> instances.ours(s.instance()));
            Optional<Routes.Known> known = routes.find(address.basePath());
            if (session.isPresent() && known.isPresent()) {
                String target = known.get().target();
                Routes.Route wanted = route(
                        session.get(),
                        target.isEmpty() ? null : target,
                        ports.of(session.get().address()));
                if (wanted.id().equals(known.get().id())
                        && wanted.state().equals(known.get().state())) {
                    routes.put(wanted);
                }
            }
        } catch (IOException e) {
            unreachable(e);
        } finally {
            order.unlock();
        }
    }

    /** On which port of its container a running session's own server listens; empty when the router does not know, or does not answer. */
    OptionalInt serverPort(SessionAddress address) throws InterruptedException {
        return server(address).map(target -> OptionalInt.of(target.getPort())).orElseGet(OptionalInt::empty);
    }

    /** Where the router sends a running session's requests; empty as for {@link #serverPort}. */
    Optional<URI> server(SessionAddress address) throws InterruptedException {
        try {
            return routes.find(address.basePath())
                    .map(Routes.Known::target)
                    .filter(target -> !target.isEmpty())
                    .map(URI::create);
        } catch (IOException e) {
            unreachable(e);
            return Optional.empty();
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
     * Compares the whole table with the database and mends it.
     *
     * @param containers where ready sessions run, by session id; null when the manager could not be asked
     * @return what the router has, by origin host; empty when it did not answer
     */
    Map<String, Routes.Known> reconcile(@Nullable Map<String, SessionContainer> containers)
            throws InterruptedException {
        try {
            // The table before the database: a session that starts in between has a row, and its new route is not taken
            // for a stray.
            Map<String, Routes.Known> known = routes.list();
            Map<String, Session> sessions = latest();
            Map<SessionAddress, List<SessionPort>> open = ports.all().stream()
                    .collect(Collectors.groupingBy(port -> port.address().session()));
            if (!reachable) {
                LOG.info("the router answers again");
                told.set(null);
            }
            reachable = true;
            for (Map.Entry<String, Session> entry : sessions.entrySet()) {
                Session session = entry.getValue();
                mend(session, known.get(entry.getKey()), containers, open.getOrDefault(session.address(), List.of()));
            }
            for (Map.Entry<String, Routes.Known> entry : known.entrySet()) {
                if (!sessions.containsKey(entry.getKey())) {
                    delete(entry.getKey(), entry.getValue());
                }
            }
            if (containers != null) {
                agreedAt = System.nanoTime();
                agreed.countDown();
            }
            sendRevocations();
            return known;
        } catch (IOException e) {
            unreachable(e);
            return Map.of();
        }
    }

    private void mend(
            Session session,
            Routes.@Nullable Known known,
            @Nullable Map<String, SessionContainer> containers,
            List<SessionPort> open)
            throws IOException, InterruptedException {
        SessionContainer container =
                containers == null ? null : containers.get(session.id().value());
        if (session.state() == SessionState.READY && (container == null || container.address() == null)) {
            return;
        }
        Routes.Route wanted = route(session, target(session, container), open);
        String target = wanted.target() == null ? "" : wanted.target();
        boolean same = known != null
                && known.id().equals(wanted.id())
                && known.state().equals(wanted.state())
                && known.target().equals(target)
                && Objects.equals(known.ends(), wanted.ends())
                && known.ports().equals(wanted.ports());
        if (same) {
            return;
        }
        ReentrantLock order = order(wanted.host());
        order.lock();
        try {
            // Whoever changed it since has told the router, or waits for this lock to do so.
            if (store.find(session.id())
                    .filter(s -> s.state() == session.state())
                    .isPresent()) {
                // Read again: whoever closed a port meanwhile must not see it opened.
                routes.put(wanted.with(published(ports.of(session.address()), wanted.target())));
            }
        } finally {
            order.unlock();
        }
    }

    private void delete(String host, Routes.Known stray) throws IOException, InterruptedException {
        ReentrantLock order = order(host);
        order.lock();
        try {
            if (!latest().containsKey(host)) {
                LOG.info("deleting the route {} of a session that nobody knows", stray.path());
                routes.delete(stray.path());
            }
        } finally {
            order.unlock();
        }
    }

    private Map<String, Session> latest() {
        return store.latest().stream()
                .filter(s -> instances.ours(s.instance()))
                .collect(Collectors.toMap(this::host, Function.identity(), (a, _) -> a));
    }

    private String host(Session session) {
        return session.address().host(baseHost);
    }

    private ReentrantLock order(String host) {
        return stripes.get(Math.floorMod(host.hashCode(), STRIPES));
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

    private static @Nullable String target(Session session, @Nullable SessionContainer container) {
        return session.state() == SessionState.READY && container != null && container.address() != null
                ? "http://" + container.address() + ":" + container.port()
                : null;
    }

    private Routes.Route route(Session session, @Nullable String target, List<SessionPort> open) {
        boolean ready = session.state() == SessionState.READY;
        Instant since = session.endedAt() != null
                ? session.endedAt()
                : session.readyAt() != null ? session.readyAt() : session.createdAt();
        return new Routes.Route(
                session.address().basePath(),
                ready ? target : null,
                session.id().value(),
                session.address().user().value(),
                session.address().server().value(),
                host(session),
                routeState(session.state()),
                ready ? session.upstreamToken() : null,
                session.reason().equals(Reason.NONE) ? null : session.reason(),
                LastWords.of(session.logTail()),
                since.toString(),
                ready ? planned.of(session.id()).map(RoutePublisher::end).orElse(null) : null,
                published(open, ready ? target : null));
    }

    private static Routes.End end(PlannedEnd end) {
        return new Routes.End(
                end.at().toString(), end.told().toString(), end.why().code().label(), end.warning());
    }

    /** Never the port of the session's own server: it is reached by the session's own right only. */
    private List<Routes.Port> published(List<SessionPort> open, @Nullable String target) {
        int own = target == null ? -1 : URI.create(target).getPort();
        return open.stream()
                .filter(port -> port.port() != own)
                .map(port -> new Routes.Port(
                        port.address().name().value(),
                        port.port(),
                        port.address().host(baseHost),
                        port.shares().stream().map(UserName::value).toList()))
                .sorted(Comparator.comparing(Routes.Port::name))
                .toList();
    }

    /** The router does not distinguish pending from starting. */
    private static String routeState(SessionState state) {
        return state == SessionState.PENDING ? SessionState.STARTING.label() : state.label();
    }
}
