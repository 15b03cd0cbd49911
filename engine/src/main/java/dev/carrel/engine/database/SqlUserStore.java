/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import static dev.carrel.engine.database.SqlSessionStore.instant;
import static dev.carrel.engine.database.SqlSessionStore.millis;
import static dev.carrel.engine.database.Tables.INVITATIONS;
import static dev.carrel.engine.database.Tables.USERS;
import static dev.carrel.engine.database.Tables.number;
import static dev.carrel.engine.database.Tables.text;

import dev.carrel.engine.signin.User;
import dev.carrel.engine.signin.UserChange;
import dev.carrel.engine.signin.UserQuery;
import dev.carrel.engine.signin.UserStore;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.signed.Revocation;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.impl.DSL;

/** Accounts. */
final class SqlUserStore implements UserStore {
    private final Database database;

    @Inject
    SqlUserStore(Database database) {
        this.database = database;
    }

    @Override
    public boolean add(User user) {
        return database.write(sql -> add(sql, user));
    }

    /** Within a transaction of another store. */
    static boolean add(DSLContext sql, User user) {
        return sql.insertInto(USERS)
                        .set(text("name"), user.name().value())
                        .set(number("admin"), bit(user.admin()))
                        .set(number("disabled"), bit(user.disabled()))
                        .set(number("created"), user.created().toEpochMilli())
                        .set(number("last_activity"), millis(user.lastActivity()))
                        .set(text("password_hash"), user.passwordHash())
                        .onConflictDoNothing()
                        .execute()
                == 1;
    }

    @Override
    public Optional<User> find(UserName name) {
        return database.read(sql -> find(sql, name));
    }

    private static Optional<User> find(DSLContext sql, UserName name) {
        return sql.select(Tables.USER)
                .from(USERS)
                .where(text("name").eq(name.value()))
                .fetchOptional(SqlUserStore::user);
    }

    @Override
    public List<User> list(UserQuery query) {
        return database.read(sql -> sql.select(Tables.USER)
                .from(USERS)
                .where(condition(query))
                .orderBy(number("created"), text("name"))
                .limit(query.limit())
                .offset(query.offset())
                .fetch(SqlUserStore::user));
    }

    @Override
    public int count(UserQuery query) {
        return database.read(sql -> sql.fetchCount(DSL.selectFrom(USERS).where(condition(query))));
    }

    private static Condition condition(UserQuery query) {
        Condition condition = DSL.noCondition();
        if (!query.nameContains().isEmpty()) {
            // Not LIKE: what a person types may hold its wildcards.
            condition = condition.and(
                    DSL.position(text("name"), query.nameContains()).gt(0));
        }
        if (query.among().isPresent()) {
            condition = condition.and(text("name")
                    .in(query.among().get().stream().map(UserName::value).toList()));
        }
        if (!query.without().isEmpty()) {
            condition = condition.and(text("name")
                    .notIn(query.without().stream().map(UserName::value).toList()));
        }
        return condition;
    }

    @Override
    public Outcome change(UserName name, UserChange change, Optional<String> keepLogin, Revocation revocation) {
        return database.write(sql -> {
            Optional<User> found = find(sql, name);
            if (found.isEmpty()) {
                return Outcome.UNKNOWN;
            }
            boolean admin = change.admin().orElse(found.get().admin());
            boolean disabled = change.disabled().orElse(found.get().disabled());
            if (found.get().admin() && !found.get().disabled() && (!admin || disabled) && lastAdmin(sql)) {
                return Outcome.LAST_ADMIN;
            }
            Map<Field<?>, Object> values = new HashMap<>();
            values.put(number("admin"), bit(admin));
            values.put(number("disabled"), bit(disabled));
            change.passwordHash().ifPresent(hash -> values.put(text("password_hash"), hash));
            sql.update(USERS).set(values).where(text("name").eq(name.value())).execute();
            if (disabled || change.passwordHash().isPresent()) {
                // A link that was on its way would undo the change.
                sql.deleteFrom(INVITATIONS).where(text("user").eq(name.value())).execute();
            }
            Endings.endAll(sql, name, keepLogin.orElse(""), revocation);
            return Outcome.DONE;
        });
    }

    private static boolean lastAdmin(DSLContext sql) {
        return sql.fetchCount(DSL.selectFrom(USERS)
                        .where(number("admin").eq(1L).and(number("disabled").eq(0L))))
                <= 1;
    }

    @Override
    public void rehash(UserName name, String oldHash, String newHash) {
        database.change(sql -> sql.update(USERS)
                .set(text("password_hash"), newHash)
                .where(text("name").eq(name.value()).and(text("password_hash").eq(oldHash)))
                .execute());
    }

    @Override
    public Outcome delete(UserName name, Revocation revocation) {
        return database.write(sql -> {
            Optional<User> found = find(sql, name);
            if (found.isEmpty()) {
                return Outcome.UNKNOWN;
            }
            if (found.get().admin() && !found.get().disabled() && lastAdmin(sql)) {
                return Outcome.LAST_ADMIN;
            }
            Endings.endAll(sql, name, "", revocation);
            sql.deleteFrom(USERS).where(text("name").eq(name.value())).execute();
            sql.deleteFrom(Tables.SESSIONS)
                    .where(text("user").eq(name.value()).and(text("state").in("stopped", "failed")))
                    .execute();
            // The folder stays on disk; a later person of the same name must not inherit it.
            sql.deleteFrom(DSL.table(DSL.name("homes")))
                    .where(text("user").eq(name.value()))
                    .execute();
            return Outcome.DONE;
        });
    }

    @Override
    public void active(UserName name, Instant at) {
        database.change(sql -> sql.update(USERS)
                .set(number("last_activity"), at.toEpochMilli())
                .where(text("name").eq(name.value()))
                .and(number("last_activity").isNull().or(number("last_activity").lt(at.toEpochMilli())))
                .execute());
    }

    private static long bit(boolean value) {
        return value ? 1 : 0;
    }

    private static User user(Record r) {
        return new User(
                new UserName(r.get(text("name"))),
                r.get(number("admin")) != 0,
                r.get(number("disabled")) != 0,
                Instant.ofEpochMilli(r.get(number("created"))),
                instant(r.get(number("last_activity"))),
                r.get(text("password_hash")));
    }
}
