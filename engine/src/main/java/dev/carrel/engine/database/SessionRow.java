/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.engine.session.Reason;
import dev.carrel.engine.session.Session;
import dev.carrel.engine.session.SessionState;
import dev.carrel.plugin.table.Indexed;
import dev.carrel.plugin.table.Key;
import dev.carrel.plugin.table.Part;
import dev.carrel.plugin.table.RowKey;
import dev.carrel.plugin.table.Stored;
import dev.carrel.plugin.table.Version;
import dev.carrel.protocol.name.ServerName;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.SessionId;
import dev.carrel.protocol.name.UserName;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The latest session of an address; the next start takes its place.
 *
 * @param place the server's name behind a slash, for the default one's is empty and a key must not be
 * @param alive {@link #ALIVE} while it lives, so that the living are found without looking at the others
 * @param reasonCode null in rows of before there were any
 * @param lastUse null when no program has said that it was used, as in rows of before that could be said
 * @param instance where it runs; null where there is only one
 * @param change the session's own version
 */
@Stored(name = "engine_sessions")
record SessionRow(
        @Key String user,
        @Key(Part.SORT) String place,
        @Indexed(name = "of_id") String id,
        @Indexed(name = "living") @Nullable String alive,
        SessionState state,
        String image,
        String reason,
        @Nullable String reasonCode,
        List<String> logTail,
        Instant created,
        @Nullable Instant ready,
        @Nullable Instant ended,
        Instant lastActivity,
        @Nullable Instant lastUse,
        @Nullable String container,
        String upstreamToken,
        @Nullable String instance,
        long change,
        @Version long version) {
    static final String ALIVE = "yes";
    /** Of four bytes at most each: a row has 300,000. */
    private static final int LOG_CHARACTERS = 60_000;

    static RowKey key(SessionAddress address) {
        return RowKey.of(address.user().value(), place(address));
    }

    private static String place(SessionAddress address) {
        return "/" + address.server().value();
    }

    /** @param version of the row whose place it takes; 0 for none */
    static SessionRow of(Session session, long version) {
        return new SessionRow(
                session.address().user().value(),
                place(session.address()),
                session.id().value(),
                session.state().live() ? ALIVE : null,
                session.state(),
                session.image(),
                Texts.kept(session.reason().text(), 2000),
                session.reason().code().label(),
                Texts.lastLines(session.logTail(), LOG_CHARACTERS),
                session.createdAt(),
                session.readyAt(),
                session.endedAt(),
                session.lastActivity(),
                session.lastUse(),
                session.containerId(),
                session.upstreamToken(),
                session.instance().isEmpty() ? null : session.instance(),
                session.version(),
                version);
    }

    Session session() {
        return new Session(
                new SessionId(id),
                new SessionAddress(new UserName(user), new ServerName(place.substring(1))),
                state,
                image,
                new Reason(Reason.Code.of(reasonCode == null ? "" : reasonCode), reason),
                logTail,
                created,
                ready,
                ended,
                lastActivity,
                lastUse,
                container,
                upstreamToken,
                instance == null ? "" : instance,
                change);
    }

    /** The same, said to be of an instance. */
    SessionRow at(String where) {
        return of(session().at(where), version);
    }
}
