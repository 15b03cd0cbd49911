/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import static dev.carrel.engine.database.Tables.SESSIONS;
import static dev.carrel.engine.database.Tables.number;
import static dev.carrel.engine.database.Tables.text;

import dev.carrel.engine.session.EndedSession;
import dev.carrel.engine.session.Session;
import dev.carrel.engine.session.SessionState;
import dev.carrel.engine.session.SessionStore;
import dev.carrel.protocol.name.ServerName;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.SessionId;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.name.VolumeId;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Sessions and homes. */
final class SqlSessionStore implements SessionStore {
    private static final Table<Record> ENDED = DSL.table(DSL.name("ended_sessions"));
    private static final Table<Record> HOMES = DSL.table(DSL.name("homes"));
    private static final Condition LIVING = text("state").notIn("stopped", "failed");
    private final Database database;

    @Inject
    SqlSessionStore(Database database) {
        this.database = database;
    }

    @Override
    public Optional<Session> insert(Session session) {
        return database.write(sql -> {
            Optional<Session> living = sql.select(Tables.SESSION)
                    .from(SESSIONS)
                    .where(at(session.address()).and(LIVING))
                    .fetchOptional(SqlSessionStore::session);
            if (living.isEmpty()) {
                sql.insertInto(SESSIONS)
                        .set(text("id"), session.id().value())
                        .set(text("user"), session.address().user().value())
                        .set(text("server"), session.address().server().value())
                        .set(text("image"), session.image())
                        .set(number("created"), session.createdAt().toEpochMilli())
                        .set(text("upstream_token"), session.upstreamToken())
                        .set(text("state"), session.state().label())
                        .set(text("reason"), session.reason())
                        .set(text("log_tail"), Lists.write(session.logTail()))
                        .set(number("ready"), millis(session.readyAt()))
                        .set(number("ended"), millis(session.endedAt()))
                        .set(number("last_activity"), session.lastActivity().toEpochMilli())
                        .set(text("container"), session.containerId())
                        .set(number("version"), session.version())
                        .execute();
            }
            return living;
        });
    }

    @Override
    public boolean update(Session session) {
        return database.write(sql -> {
            boolean updated = replace(sql, session);
            if (updated && !session.state().live()) {
                noteEnd(sql, session);
            }
            return updated;
        });
    }

    private static boolean replace(DSLContext sql, Session session) {
        return sql.update(SESSIONS)
                        .set(text("state"), session.state().label())
                        .set(text("reason"), session.reason())
                        .set(text("log_tail"), Lists.write(session.logTail()))
                        .set(number("ready"), millis(session.readyAt()))
                        .set(number("ended"), millis(session.endedAt()))
                        .set(number("last_activity"), session.lastActivity().toEpochMilli())
                        .set(text("container"), session.containerId())
                        .set(number("version"), session.version())
                        .where(text("id")
                                .eq(session.id().value())
                                .and(number("version").eq(session.version() - 1)))
                        .execute()
                == 1;
    }

    private static void noteEnd(DSLContext sql, Session session) {
        sql.execute(
                "insert into ended_sessions (id, user, server, image, created, ready, ended, failed) values (?, ?, ?, ?, ?, ?, ?, ?)"
                        + " on conflict (id) do nothing",
                session.id().value(),
                session.address().user().value(),
                session.address().server().value(),
                session.image(),
                session.createdAt().toEpochMilli(),
                millis(session.readyAt()),
                millis(session.endedAt()),
                session.state() == SessionState.FAILED ? 1 : 0);
    }

    @Override
    public List<EndedSession> unaccounted(int limit) {
        return database.read(sql -> sql.select(Tables.ENDED_SESSION)
                .from(ENDED)
                .orderBy(number("ended"), text("id"))
                .limit(limit)
                .fetch(r -> new EndedSession(
                        new SessionId(r.get(text("id"))),
                        new SessionAddress(new UserName(r.get(text("user"))), new ServerName(r.get(text("server")))),
                        r.get(text("image")),
                        Instant.ofEpochMilli(r.get(number("created"))),
                        instant(r.get(number("ready"))),
                        Instant.ofEpochMilli(r.get(number("ended"))),
                        r.get(number("failed")) == 1)));
    }

    @Override
    public void accounted(SessionId id) {
        database.change(
                sql -> sql.deleteFrom(ENDED).where(text("id").eq(id.value())).execute());
    }

    @Override
    public boolean remove(SessionAddress address) {
        return database.write(sql -> {
            boolean lives = sql.fetchExists(
                    DSL.selectOne().from(SESSIONS).where(at(address).and(LIVING)));
            if (!lives) {
                sql.deleteFrom(SESSIONS).where(at(address)).execute();
            }
            return !lives;
        });
    }

    @Override
    public Optional<Session> find(SessionId id) {
        return database.read(sql -> sql.select(Tables.SESSION)
                .from(SESSIONS)
                .where(text("id").eq(id.value()))
                .fetchOptional(SqlSessionStore::session));
    }

    @Override
    public Optional<Session> latest(SessionAddress address) {
        return database.read(sql -> latestWhere(sql, at(address)).stream().findFirst());
    }

    @Override
    public List<Session> latest(UserName user) {
        return database.read(sql -> latestWhere(sql, text("user").eq(user.value())));
    }

    @Override
    public List<Session> latest() {
        return database.read(sql -> latestWhere(sql, DSL.noCondition()));
    }

    /** Of two sessions of one address made in the same millisecond the living one, else the one inserted later, is the latest. */
    private static List<Session> latestWhere(DSLContext sql, Condition condition) {
        var rank = DSL.rowNumber()
                .over()
                .partitionBy(text("user"), text("server"))
                .orderBy(
                        number("created").desc(),
                        DSL.case_().when(LIVING, 0).otherwise(1),
                        number("rowid").desc())
                .as("rank");
        var ranked = DSL.select(Tables.SESSION)
                .select(rank)
                .from(SESSIONS)
                .where(condition)
                .asTable("ranked");
        return sql.select(Tables.SESSION)
                .from(ranked)
                .where(number("rank").eq(1L))
                .fetch(SqlSessionStore::session);
    }

    @Override
    public List<Session> living() {
        return database.read(
                sql -> sql.select(Tables.SESSION).from(SESSIONS).where(LIVING).fetch(SqlSessionStore::session));
    }

    @Override
    public VolumeId home(UserName user) {
        return database.write(sql -> {
            sql.insertInto(HOMES)
                    .set(text("user"), user.value())
                    .set(text("volume"), VolumeId.random().value())
                    .onConflictDoNothing()
                    .execute();
            return new VolumeId(sql.select(text("volume"))
                    .from(HOMES)
                    .where(text("user").eq(user.value()))
                    .fetchSingle()
                    .value1());
        });
    }

    @Override
    public int prune(Instant before) {
        return database.write(sql -> {
            sql.deleteFrom(ENDED)
                    .where(number("ended").lt(before.toEpochMilli()))
                    .execute();
            return sql.execute(
                    "delete from sessions where state in ('stopped', 'failed') and ended < ? and exists (select 1 from sessions later"
                            + " where later.user = sessions.user and later.server = sessions.server and later.created > sessions.created)",
                    before.toEpochMilli());
        });
    }

    private static Condition at(SessionAddress address) {
        return text("user")
                .eq(address.user().value())
                .and(text("server").eq(address.server().value()));
    }

    private static Session session(Record r) {
        return new Session(
                new SessionId(r.get(text("id"))),
                new SessionAddress(new UserName(r.get(text("user"))), new ServerName(r.get(text("server")))),
                SessionState.valueOf(r.get(text("state")).toUpperCase(Locale.ROOT)),
                r.get(text("image")),
                r.get(text("reason")),
                Lists.read(r.get(text("log_tail"))),
                Instant.ofEpochMilli(r.get(number("created"))),
                instant(r.get(number("ready"))),
                instant(r.get(number("ended"))),
                Instant.ofEpochMilli(r.get(number("last_activity"))),
                r.get(text("container")),
                r.get(text("upstream_token")),
                r.get(number("version")));
    }

    static @Nullable Long millis(@Nullable Instant instant) {
        return instant == null ? null : instant.toEpochMilli();
    }

    static @Nullable Instant instant(@Nullable Long millis) {
        return millis == null ? null : Instant.ofEpochMilli(millis);
    }
}
