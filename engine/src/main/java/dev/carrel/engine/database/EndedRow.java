/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.engine.session.EndedSession;
import dev.carrel.engine.session.Session;
import dev.carrel.engine.session.SessionState;
import dev.carrel.plugin.table.Indexed;
import dev.carrel.plugin.table.Key;
import dev.carrel.plugin.table.Part;
import dev.carrel.plugin.table.Stored;
import dev.carrel.protocol.name.ServerName;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.SessionId;
import dev.carrel.protocol.name.UserName;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A session that has ended and of which account is still to be taken.
 *
 * @param list {@link #ALL}: they are in one list in the order of their ends
 */
@Stored(name = "engine_ended")
record EndedRow(
        @Key String id,
        @Indexed(name = "in_order") String list,
        @Indexed(name = "in_order", part = Part.SORT) Instant ended,
        String user,
        String server,
        String image,
        Instant created,
        @Nullable Instant ready,
        boolean failed) {
    static final String ALL = "all";

    static EndedRow of(Session session, Instant ended) {
        return new EndedRow(
                session.id().value(),
                ALL,
                ended,
                session.address().user().value(),
                session.address().server().value(),
                session.image(),
                session.createdAt(),
                session.readyAt(),
                session.state() == SessionState.FAILED);
    }

    EndedSession session() {
        return new EndedSession(
                new SessionId(id),
                new SessionAddress(new UserName(user), new ServerName(server)),
                image,
                created,
                ready,
                ended,
                failed);
    }
}
