/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import dev.carrel.protocol.signed.Claims;
import dev.carrel.router.decide.Decision.Follow;
import dev.carrel.router.decide.Decision.Used;
import dev.carrel.router.page.Notice;
import dev.carrel.router.page.NoticePage;
import dev.carrel.router.page.Notices;
import dev.carrel.router.route.RevocationStore;
import dev.carrel.router.route.Route;
import dev.carrel.router.route.RouteTable;
import dev.carrel.router.route.SessionRoute;
import dev.carrel.router.route.SessionState;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The open pages that follow how their session is. They are told by changes of the route table and by what requests find out; nobody is asked for
 * it, so it works while the engine is down. Any thread.
 */
final class StateStreams {
    /** Of one session; a browser holds one for every window that is seen. */
    private static final int MAX_PER_SESSION = 32;

    private final RouteTable table;
    private final Notices notices;
    private final RevocationStore revocations;
    private final Clock clock;
    private final Map<String, Set<StateStream>> byHost = new ConcurrentHashMap<>();
    private final AtomicInteger open = new AtomicInteger();

    StateStreams(RouteTable table, Notices notices, RevocationStore revocations, Clock clock) {
        this.table = table;
        this.notices = notices;
        this.revocations = revocations;
        this.clock = clock;
        table.onChange(this::changed);
        revocations.onChange(() -> byHost.values()
                .forEach(streams -> streams.stream()
                        .filter(stream -> revocations.revoked(stream.claims()))
                        .forEach(StateStream::end)));
    }

    int size() {
        return open.get();
    }

    /** Takes one more; false when its session has as many as it may. */
    boolean add(StateStream stream) {
        boolean[] added = new boolean[1];
        byHost.compute(stream.host(), (_, there) -> {
            Set<StateStream> streams = there == null ? ConcurrentHashMap.newKeySet() : there;
            added[0] = streams.size() < MAX_PER_SESSION && streams.add(stream);
            return streams;
        });
        if (added[0]) {
            open.incrementAndGet();
        }
        return added[0];
    }

    void remove(StateStream stream) {
        byHost.computeIfPresent(stream.host(), (_, streams) -> {
            if (streams.remove(stream)) {
                open.decrementAndGet();
            }
            return streams.isEmpty() ? null : streams;
        });
    }

    /** How a session is now, for whoever asks once. */
    byte[] news(Follow follow) {
        return news(follow.session().host(), follow.claims());
    }

    byte[] news(StateStream stream) {
        return news(stream.host(), stream.claims());
    }

    /** Somebody uses a session: what was told of its end may not be true any more. */
    void used(Used used) {
        boolean told = used.route().plannedEnd().isPresent();
        used.route().activity().use();
        if (told) {
            used.route().session().ifPresent(session -> changed(session.host()));
        }
    }

    /** Whether a right has ended since it was proved. */
    boolean ended(Claims claims) {
        return !claims.expiresAt().isAfter(clock.instant()) || revocations.revoked(claims);
    }

    /** What is to be said of a session that no longer serves, to those who may not see its last lines; empty while it serves or is not known. */
    Optional<Notice> absence(String host) {
        return table.host(host)
                .flatMap(Route::session)
                .filter(session -> session.state() != SessionState.READY)
                .map(session -> notices.absent(session.withoutLog(), ""));
    }

    private byte[] news(String host, Claims claims) {
        Optional<Route> found = table.host(host);
        if (found.isEmpty()) {
            return NoticePage.json(notices.unknownSession());
        }
        Route route = found.get();
        SessionRoute session = route.session().orElseThrow();
        if (session.state() == SessionState.READY) {
            return route.silence().lasts()
                    ? NoticePage.json(
                            notices.unreachable(session, route.silence().duration()))
                    : NoticePage.serving(session, route.plannedEnd(), clock.instant());
        }
        boolean owner = claims.subject().equals(session.user());
        return NoticePage.json(notices.absent(owner ? session : session.withoutLog(), ""));
    }

    /** Ends all; whoever still wants to know asks again, and may get to another process. */
    void endAll() {
        byHost.values().forEach(streams -> streams.forEach(StateStream::end));
    }

    /** Something about a session is new. */
    void changed(String host) {
        byHost.getOrDefault(host, Set.of()).forEach(StateStream::tell);
    }
}
