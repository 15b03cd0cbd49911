/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import dev.carrel.engine.session.Session;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.ui.Moment;
import dev.carrel.ui.ServerCard;
import dev.carrel.ui.ServerState;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Sessions as pages show them. */
final class Cards {
    private Cards() {}

    static ServerCard of(SessionAddress address, Optional<Session> session) {
        return session.map(Cards::of)
                .orElseGet(() -> new ServerCard(
                        address.user().value(), address.server().value(), ServerState.NEW, "", null, "", List.of()));
    }

    static ServerCard of(Session session) {
        Instant since = since(session);
        return new ServerCard(
                session.address().user().value(),
                session.address().server().value(),
                state(session),
                session.image(),
                since == null ? null : Moment.of(since),
                session.state().live() ? "" : session.reason().text(),
                session.logTail());
    }

    private static ServerState state(Session session) {
        return switch (session.state()) {
            case PENDING, STARTING -> ServerState.STARTING;
            case READY -> ServerState.READY;
            case STOPPING -> ServerState.STOPPING;
            case STOPPED -> ServerState.STOPPED;
            case FAILED -> ServerState.FAILED;
        };
    }

    private static @Nullable Instant since(Session session) {
        return switch (session.state()) {
            case PENDING, STARTING -> session.createdAt();
            case READY -> session.readyAt();
            case STOPPING -> null;
            case STOPPED, FAILED -> session.endedAt();
        };
    }
}
