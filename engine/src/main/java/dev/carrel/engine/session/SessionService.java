/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import dev.carrel.engine.cluster.Instances;
import dev.carrel.protocol.name.Base32;
import dev.carrel.protocol.name.Printable;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.SessionId;
import dev.carrel.protocol.name.UserName;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one implementation of {@link Sessions}: writes what is wanted to the database and lets {@link Lifecycle} make it so. */
class SessionService implements Sessions {
    private static final Logger LOG = LoggerFactory.getLogger(SessionService.class);
    /** 52 base32 characters: 260 random bits. */
    private static final int TOKEN_LENGTH = 52;

    private final SessionStore store;
    private final PortStore ports;
    private final Lifecycle lifecycle;
    private final RoutePublisher routes;
    private final Instances instances;
    private final StartLog log;
    private final SessionSettings settings;
    private final Clock clock;
    private final PlannedEnds planned;
    private final Restarts restarts = new Restarts();

    @Inject
    SessionService(
            SessionStore store,
            PortStore ports,
            Lifecycle lifecycle,
            RoutePublisher routes,
            Instances instances,
            StartLog log,
            SessionSettings settings,
            Clock clock,
            PlannedEnds planned) {
        this.store = store;
        this.ports = ports;
        this.lifecycle = lifecycle;
        this.routes = routes;
        this.instances = instances;
        this.log = log;
        this.settings = settings;
        this.clock = clock;
        this.planned = planned;
    }

    @Override
    public Session start(SessionAddress address, Optional<String> image) throws SessionFailure {
        refuseToHidePorts(address);
        String wanted = image.orElseGet(() -> settings.images().getFirst());
        if (!settings.images().contains(wanted)) {
            throw new SessionFailure(
                    SessionFailure.Kind.UNKNOWN_IMAGE,
                    "image: " + Printable.quote(wanted) + " (expected: one of " + String.join(", ", settings.images())
                            + ")");
        }
        refuseOneTooMany(address);
        refuseTooMany();
        String where = whereTheHomeIs(address);
        Instant now = clock.instant();
        Session session = new Session(
                SessionId.random(),
                address,
                SessionState.PENDING,
                wanted,
                Reason.NONE,
                List.of(),
                now,
                null,
                null,
                now,
                null,
                Base32.random(TOKEN_LENGTH),
                where,
                1);
        // Before the row exists, because the reconcile may take it up in the very next moment.
        log.add(session.id(), 0, "Server requested", SessionState.PENDING);
        Optional<Session> inTheWay = store.insert(session);
        if (inTheWay.isPresent()) {
            throw refusal(inTheWay.get());
        }
        lifecycle.advance(session);
        return session;
    }

    @Override
    public void restart(SessionAddress address, Optional<String> image) throws SessionFailure {
        Optional<Session> stopping = store.latest(address).filter(s -> s.state() == SessionState.STOPPING);
        if (stopping.isEmpty()) {
            start(address, image);
        } else if (!restarts.follow(stopping.get(), image, this)) {
            throw new SessionFailure(
                    SessionFailure.Kind.TOO_MANY,
                    "Many sessions wait for their stop to end just now. Please try again in a minute.");
        }
    }

    @Override
    public boolean restarting(SessionAddress address) {
        return restarts.wanted(address);
    }

    /** A home does not move, so its sessions run where it is. */
    private String whereTheHomeIs(SessionAddress address) throws SessionFailure {
        String where = instances.homeOf(address.user());
        if (!instances.alive(where)) {
            throw new SessionFailure(
                    SessionFailure.Kind.TOO_MANY,
                    "Your files are on the machine \"" + where
                            + "\", which does not answer just now. They are safe there; please try again later.");
        }
        return where;
    }

    @Override
    public boolean mayAdd(UserName user) {
        return named(user) < settings.maxNamed();
    }

    private long named(UserName user) {
        return store.latest(user).stream()
                .filter(s -> !s.address().server().isDefault())
                .count();
    }

    private static void refuseToHidePorts(SessionAddress address) throws SessionFailure {
        if (address.server().hidesPorts()) {
            throw new SessionFailure(
                    SessionFailure.Kind.RESERVED_NAME,
                    "server name: \"" + address.server() + "\" (expected: another one; under " + address.basePath()
                            + " are the named ports of the default server)");
        }
    }

    private void refuseOneTooMany(SessionAddress address) throws SessionFailure {
        if (address.server().isDefault()
                || mayAdd(address.user())
                || store.latest(address).isPresent()) {
            return;
        }
        throw new SessionFailure(
                SessionFailure.Kind.TOO_MANY_NAMED,
                settings.maxNamed() == 0
                        ? "Only one session for each person here; further ones under a name are not allowed."
                        : "User " + address.user() + " already has the maximum of " + settings.maxNamed()
                                + " named servers. One must be deleted before a new server can be created.");
    }

    private void refuseTooMany() throws SessionFailure {
        List<Session> living = store.living();
        long starting = living.stream()
                .filter(s -> s.state() == SessionState.PENDING || s.state() == SessionState.STARTING)
                .count();
        if (starting >= settings.maxStarting()) {
            throw new SessionFailure(
                    SessionFailure.Kind.TOO_MANY,
                    starting + " sessions are starting just now. Please try again in a minute.");
        }
        if (settings.maxSessions() > 0 && living.size() >= settings.maxSessions()) {
            throw new SessionFailure(
                    SessionFailure.Kind.TOO_MANY,
                    "All " + settings.maxSessions() + " places are taken just now. Please try again later.");
        }
    }

    private static SessionFailure refusal(Session living) {
        String server = living.address().server().isDefault()
                ? "your server"
                : "your server " + living.address().server();
        return switch (living.state()) {
            case READY -> new SessionFailure(SessionFailure.Kind.ALREADY_RUNNING, server + " is already running");
            case STOPPING -> new SessionFailure(SessionFailure.Kind.PENDING, server + " is pending stop");
            case PENDING, STARTING, STOPPED, FAILED ->
                new SessionFailure(SessionFailure.Kind.PENDING, server + " is pending spawn");
        };
    }

    @Override
    public Session stop(SessionAddress address, Reason reason) throws SessionFailure {
        restarts.forget(address);
        // Another thread may move the session on between the look and the change; then we look again.
        for (int i = 0; i < 20; i++) {
            Session session = store.latest(address)
                    .filter(s -> s.state().live())
                    .orElseThrow(
                            () -> new SessionFailure(SessionFailure.Kind.NOT_RUNNING, "the server is not running"));
            if (session.state() == SessionState.STOPPING) {
                return session;
            }
            Session stopping = session.to(SessionState.STOPPING, reason, List.of(), clock.instant());
            if (store.update(stopping)) {
                lifecycle.interruptStart(stopping.id());
                lifecycle.advance(stopping);
                return stopping;
            }
        }
        throw new IllegalStateException("the session of " + address.user() + " changes all the time");
    }

    @Override
    public boolean remove(SessionAddress address) throws SessionFailure {
        Optional<Session> latest = store.latest(address);
        if (latest.isEmpty()) {
            return false;
        }
        if (!store.remove(address)) {
            throw new SessionFailure(SessionFailure.Kind.ALREADY_RUNNING, "it runs; stop it first");
        }
        ports.removeAll(address);
        // The router learns of it by the reconcile, which deletes every route that no session has.
        LOG.info("{} was removed", latest.get());
        return true;
    }

    @Override
    public Optional<Session> find(SessionAddress address) {
        return store.latest(address);
    }

    @Override
    public List<Session> list(UserName user) {
        return store.latest(user);
    }

    @Override
    public List<Session> living() {
        return store.living();
    }

    @Override
    public Session await(Session session, Duration limit) throws InterruptedException {
        follow(session, limit, _ -> {});
        return store.latest(session.address())
                .filter(s -> s.id().equals(session.id()))
                .orElse(session);
    }

    @Override
    public void follow(Session session, Duration limit, Consumer<Step> listener) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        int index = 0;
        while (true) {
            Duration left = Duration.ofNanos(end - System.nanoTime());
            // Woken now and then to look at the database: another engine, or this one before a restart, may be at work
            // on it.
            Duration pause = left.compareTo(Duration.ofSeconds(1)) < 0 ? left : Duration.ofSeconds(1);
            Step step = log.step(session.id(), index, pause);
            if (step != null) {
                index++;
                listener.accept(step);
                if (settled(session, step.state())) {
                    return;
                }
            } else {
                Session now = store.latest(session.address()).orElse(session);
                boolean other = !now.id().equals(session.id());
                // Whom we work for just now is not done before the router knows: the last step of the log tells.
                if (other || settled(session, now.state()) && !lifecycle.working(session.id())) {
                    listener.accept(last(now));
                    return;
                }
                if (left.isNegative() || left.isZero()) {
                    return;
                }
            }
        }
    }

    /** A follower of a start is done when it is ready or over; a follower of a stop when it is over. */
    private static boolean settled(Session followed, SessionState state) {
        return !state.live() || state == SessionState.READY && followed.state() != SessionState.STOPPING;
    }

    private Step last(Session session) {
        return switch (session.state()) {
            case READY ->
                new Step(100, "Server ready at " + session.address().basePath(), session.state(), clock.instant());
            case STOPPED, FAILED -> new Step(100, session.reason().text(), session.state(), clock.instant());
            case PENDING, STARTING, STOPPING ->
                new Step(0, "A new start is under way", session.state(), clock.instant());
        };
    }

    @Override
    public void active(SessionAddress address, Instant at) {
        change(
                address,
                at,
                session -> at.isAfter(session.lastActivity()) ? Optional.of(session.activeAt(at)) : Optional.empty());
    }

    @Override
    public void used(SessionAddress address, Instant at) {
        change(address, at, session -> {
            Instant known = session.lastUse();
            return known == null || at.isAfter(known) ? Optional.of(session.usedAt(at)) : Optional.empty();
        });
    }

    /** Changes the running session of an address by what happened there; what is said to be of the future is not believed. */
    private void change(SessionAddress address, Instant at, Function<Session, Optional<Session>> how) {
        if (at.isAfter(clock.instant().plusSeconds(60))) {
            return;
        }
        Optional<Session> changed = store.latest(address)
                .filter(s -> s.state() == SessionState.READY)
                .flatMap(how);
        if (changed.isPresent() && !store.update(changed.get())) {
            LOG.debug("what happened in {} was not stored: it changed just then", changed.get());
        }
    }

    @Override
    public Optional<PlannedEnd> plannedEnd(Session session) {
        return planned.of(session.id());
    }

    @Override
    public List<String> images() {
        return settings.images();
    }

    @Override
    public void portsChanged(SessionAddress address) {
        try {
            routes.refresh(address);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.warn(
                    "the ports of {} could not be sent to the router and are sent again by the next reconcile",
                    address,
                    e);
        }
    }

    @Override
    public OptionalInt serverPort(SessionAddress address) {
        try {
            return routes.serverPort(address);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return OptionalInt.empty();
        }
    }

    @Override
    public Optional<Upstream> upstream(SessionAddress address) {
        Optional<Session> running = find(address)
                .filter(session -> session.state() == SessionState.READY && instances.ours(session.instance()));
        if (running.isEmpty()) {
            return Optional.empty();
        }
        try {
            return routes.server(address)
                    .map(server -> new Upstream(server, running.get().upstreamToken()));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    @Override
    public void revocationsChanged() {
        try {
            routes.pushRevocations();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.warn("revocations could not be sent to the router and are sent again by the next reconcile", e);
        }
    }
}
