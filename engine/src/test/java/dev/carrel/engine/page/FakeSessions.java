/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import dev.carrel.engine.session.PlannedEnd;
import dev.carrel.engine.session.Reason;
import dev.carrel.engine.session.Session;
import dev.carrel.engine.session.SessionFailure;
import dev.carrel.engine.session.SessionState;
import dev.carrel.engine.session.Sessions;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.SessionId;
import dev.carrel.protocol.name.UserName;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** {@link Sessions} in memory: states are set by the test, and every change that was asked for is written down. */
final class FakeSessions implements Sessions {
    private static final Instant THEN = Instant.parse("2026-01-02T12:00:00Z");
    private final Map<SessionAddress, Session> sessions = new LinkedHashMap<>();
    private final List<Step> steps = new ArrayList<>();
    private final List<String> changes = new ArrayList<>();
    private final Set<SessionAddress> restarting = new HashSet<>();
    private @Nullable SessionFailure refusal;

    synchronized void put(SessionAddress address, SessionState state) {
        put(address, state, "", List.of());
    }

    synchronized void put(SessionAddress address, SessionState state, String reason, List<String> logTail) {
        sessions.put(
                address,
                new Session(
                        SessionId.random(),
                        address,
                        state,
                        "scientific",
                        new Reason(Reason.Code.NONE, reason),
                        logTail,
                        THEN,
                        state == SessionState.READY ? THEN : null,
                        state.live() ? null : THEN,
                        THEN,
                        null,
                        "upstream-secret",
                        "",
                        1));
    }

    synchronized void forget(SessionAddress address) {
        sessions.remove(address);
    }

    synchronized void step(int percent, String message) {
        steps.add(new Step(percent, message, SessionState.STARTING, THEN));
    }

    /** The next start is refused. */
    synchronized void refuse(SessionFailure failure) {
        refusal = failure;
    }

    /** Starts and stops asked for, in order. */
    synchronized List<String> changes() {
        return List.copyOf(changes);
    }

    @Override
    public synchronized Session start(SessionAddress address, Optional<String> image) throws SessionFailure {
        changes.add("start " + address.user() + "/" + address.server() + " " + image.orElse("(default)"));
        if (refusal != null) {
            throw refusal;
        }
        Session living = sessions.get(address);
        if (living != null && living.state().live()) {
            throw new SessionFailure(
                    living.state() == SessionState.READY
                            ? SessionFailure.Kind.ALREADY_RUNNING
                            : SessionFailure.Kind.PENDING,
                    "it lives");
        }
        put(address, SessionState.PENDING);
        return sessions.get(address);
    }

    @Override
    public synchronized void restart(SessionAddress address, Optional<String> image) throws SessionFailure {
        Session living = sessions.get(address);
        if (living != null && living.state() == SessionState.STOPPING) {
            changes.add("restart " + address.user() + "/" + address.server() + " " + image.orElse("(default)"));
            restarting.add(address);
        } else {
            start(address, image);
        }
    }

    @Override
    public synchronized boolean restarting(SessionAddress address) {
        return restarting.contains(address);
    }

    @Override
    public synchronized Session stop(SessionAddress address, Reason reason) throws SessionFailure {
        changes.add("stop " + address.user() + "/" + address.server() + ": " + reason.text());
        Session living = sessions.get(address);
        if (living == null || !living.state().live()) {
            throw new SessionFailure(SessionFailure.Kind.NOT_RUNNING, "it does not live");
        }
        put(address, SessionState.STOPPING);
        return sessions.get(address);
    }

    @Override
    public synchronized boolean remove(SessionAddress address) throws SessionFailure {
        changes.add("remove " + address.user() + "/" + address.server());
        Session known = sessions.get(address);
        if (known != null && known.state().live()) {
            throw new SessionFailure(SessionFailure.Kind.ALREADY_RUNNING, "it lives");
        }
        return sessions.remove(address) != null;
    }

    @Override
    public boolean mayAdd(UserName user) {
        return list(user).size() < 3;
    }

    @Override
    public synchronized Optional<Session> find(SessionAddress address) {
        return Optional.ofNullable(sessions.get(address));
    }

    @Override
    public synchronized List<Session> list(UserName user) {
        return sessions.values().stream()
                .filter(session -> session.address().user().equals(user))
                .toList();
    }

    @Override
    public synchronized List<Session> living() {
        return sessions.values().stream()
                .filter(session -> session.state().live())
                .toList();
    }

    @Override
    public Session await(Session session, Duration limit) {
        throw new AssertionError("pages do not wait");
    }

    @Override
    public synchronized void follow(Session session, Duration limit, Consumer<Step> listener) {
        if (!limit.isZero()) {
            throw new AssertionError("pages do not wait");
        }
        steps.forEach(listener);
    }

    @Override
    public void active(SessionAddress address, Instant at) {
        throw new AssertionError("pages note no activity");
    }

    @Override
    public void used(SessionAddress address, Instant at) {
        throw new AssertionError("pages note no use");
    }

    @Override
    public Optional<PlannedEnd> plannedEnd(Session session) {
        return Optional.empty();
    }

    @Override
    public List<String> images() {
        return List.of("scientific", "minimal");
    }

    @Override
    public synchronized void portsChanged(SessionAddress address) {
        changes.add("ports " + address.user() + "/" + address.server());
    }

    @Override
    public Optional<Upstream> upstream(SessionAddress address) {
        return Optional.empty();
    }

    @Override
    public OptionalInt serverPort(SessionAddress address) {
        return OptionalInt.of(8888);
    }

    @Override
    public void revocationsChanged() {
        throw new AssertionError("pages leave this to the sign-in services");
    }
}
