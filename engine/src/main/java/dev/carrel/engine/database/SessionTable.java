/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.engine.session.EndedSession;
import dev.carrel.engine.session.Session;
import dev.carrel.engine.session.SessionStore;
import dev.carrel.plugin.table.Comparison;
import dev.carrel.plugin.table.Limits;
import dev.carrel.plugin.table.Query;
import dev.carrel.plugin.table.RowKey;
import dev.carrel.plugin.table.Table;
import dev.carrel.plugin.table.Write;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.SessionId;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.name.VolumeId;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Sessions, the notes of those that ended, and homes. */
final class SessionTable implements SessionStore {
    private final EngineTables tables;

    @Inject
    SessionTable(EngineTables tables) {
        this.tables = tables;
    }

    private Table<SessionRow> sessions() {
        return tables.of(SessionRow.class);
    }

    private Table<EndedRow> ended() {
        return tables.of(EndedRow.class);
    }

    @Override
    public Optional<Session> insert(Session session) {
        return tables.writing("adding a session", () -> {
            Optional<SessionRow> there = sessions().get(SessionRow.key(session.address()));
            if (there.filter(row -> row.state().live()).isPresent()) {
                return Optional.of(Optional.of(there.get().session()));
            }
            Optional<SessionRow> added = there.isPresent()
                    ? sessions().replace(SessionRow.of(session, there.get().version()))
                    : sessions().insert(SessionRow.of(session, 0));
            return added.isPresent() ? Optional.of(Optional.empty()) : Optional.empty();
        });
    }

    @Override
    public boolean update(Session session) {
        return tables.writing("changing a session", () -> {
            Optional<SessionRow> there = sessions()
                    .get(SessionRow.key(session.address()))
                    .filter(row -> row.id().equals(session.id().value()) && row.change() == session.version() - 1);
            if (there.isEmpty()) {
                return Optional.of(false);
            }
            List<Write> writes = new ArrayList<>();
            writes.add(
                    Write.replace(sessions(), SessionRow.of(session, there.get().version())));
            Instant end = session.endedAt();
            if (!session.state().live() && end != null) {
                writes.add(Write.put(ended(), EndedRow.of(session, end)));
            }
            return tables.done(writes) ? Optional.of(true) : Optional.empty();
        });
    }

    @Override
    public List<EndedSession> unaccounted(int limit) {
        return tables.reading(
                "reading ended sessions",
                () ->
                        ended()
                                .query(Query.ofIndex("in_order", EndedRow.ALL).limit(Math.min(limit, Limits.PAGE)))
                                .rows()
                                .stream()
                                .map(EndedRow::session)
                                .toList());
    }

    @Override
    public void accounted(SessionId id) {
        tables.reading("forgetting an ended session", () -> ended().delete(RowKey.of(id.value())));
    }

    @Override
    public boolean remove(SessionAddress address) {
        return tables.writing("removing a server", () -> {
            Optional<SessionRow> there = sessions().get(SessionRow.key(address));
            if (there.isEmpty()) {
                return Optional.of(true);
            }
            if (there.get().state().live()) {
                return Optional.of(false);
            }
            return sessions()
                            .delete(
                                    SessionRow.key(address),
                                    Comparisons.version(there.get().version()))
                    ? Optional.of(true)
                    : Optional.empty();
        });
    }

    @Override
    public Optional<Session> find(SessionId id) {
        return tables.reading(
                "reading a session",
                () -> sessions().query(Query.ofIndex("of_id", id.value())).rows().stream()
                        .findFirst()
                        // What counts is the row, not the index.
                        .flatMap(row -> sessions().get(row.user(), row.place()))
                        .filter(row -> row.id().equals(id.value()))
                        .map(SessionRow::session));
    }

    @Override
    public Optional<Session> latest(SessionAddress address) {
        return tables.reading(
                "reading a session",
                () -> sessions().get(SessionRow.key(address)).map(SessionRow::session));
    }

    @Override
    public List<Session> latest(UserName user) {
        return list(Query.of(user.value()));
    }

    @Override
    public List<Session> latest() {
        return list(Query.all());
    }

    @Override
    public List<Session> living() {
        return list(Query.ofIndex("living", SessionRow.ALIVE));
    }

    private List<Session> list(Query query) {
        return tables.reading(
                "listing sessions",
                () -> EngineTables.all(sessions(), query).stream()
                        .map(SessionRow::session)
                        .toList());
    }

    @Override
    public VolumeId home(UserName user) {
        return tables.writing("finding a home", () -> {
            Table<HomeRow> homes = tables.of(HomeRow.class);
            return homes.get(user.value())
                    .or(() -> homes.insert(
                            new HomeRow(user.value(), VolumeId.random().value())))
                    .map(row -> new VolumeId(row.volume()));
        });
    }

    @Override
    public int prune(Instant before) {
        return tables.reading(
                "forgetting ended sessions",
                () -> tables.prune(
                        ended(),
                        row -> Write.delete(ended(), RowKey.of(row.id())),
                        Query.ofIndex("in_order", EndedRow.ALL).range(Comparison.lt("ended", before))));
    }
}
