/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.engine.signin.User;
import dev.carrel.engine.signin.UserChange;
import dev.carrel.engine.signin.UserQuery;
import dev.carrel.engine.signin.UserStore;
import dev.carrel.plugin.table.Limits;
import dev.carrel.plugin.table.Page;
import dev.carrel.plugin.table.Query;
import dev.carrel.plugin.table.RowKey;
import dev.carrel.plugin.table.Table;
import dev.carrel.plugin.table.Write;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.signed.Revocation;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Accounts. */
final class UserTable implements UserStore {
    private static final Query IN_ORDER = Query.ofIndex("in_order", UserRow.ALL);
    private final EngineTables tables;

    @Inject
    UserTable(EngineTables tables) {
        this.tables = tables;
    }

    private Table<UserRow> users() {
        return tables.of(UserRow.class);
    }

    @Override
    public boolean add(User user) {
        return tables.writing("adding an account", () -> {
            if (users().get(user.name().value()).isPresent()) {
                return Optional.of(false);
            }
            return tables.done(adding(tables, UserRow.of(user))) ? Optional.of(true) : Optional.empty();
        });
    }

    /** What adds an account, for a transaction; refused when the name is taken. */
    static List<Write> adding(EngineTables tables, UserRow row) {
        List<Write> writes = new ArrayList<>();
        writes.add(Write.insert(tables.of(UserRow.class), row));
        if (row.administers()) {
            writes.add(Roster.of(tables).with(row.name()));
        }
        return writes;
    }

    @Override
    public Optional<User> find(UserName name) {
        return tables.reading(
                "reading an account", () -> users().get(name.value()).map(UserRow::user));
    }

    @Override
    public List<User> list(UserQuery query) {
        return tables.reading("listing accounts", () -> query.among().isPresent() ? among(query) : stretch(query));
    }

    private List<User> among(UserQuery query) {
        return query.among().orElseThrow().stream()
                .flatMap(name -> users().get(name.value()).stream())
                .filter(fits(query))
                .sorted(Comparator.comparing(UserRow::created).thenComparing(UserRow::name))
                .skip(query.offset())
                .limit(query.limit())
                .map(UserRow::user)
                .toList();
    }

    private List<User> stretch(UserQuery query) {
        List<User> found = new ArrayList<>();
        Predicate<UserRow> fits = fits(query);
        long passed = 0;
        // Without conditions nothing but the stretch and what lies before it is read.
        Query next = IN_ORDER.limit((int) Math.min(Limits.PAGE, (long) query.offset() + query.limit()));
        Optional<String> cursor;
        do {
            Page<UserRow> page = users().query(next);
            for (UserRow row : page.rows()) {
                if (fits.test(row) && passed++ >= query.offset() && found.size() < query.limit()) {
                    found.add(row.user());
                }
            }
            cursor = page.next();
            next = cursor.map(next::after).orElse(next);
        } while (cursor.isPresent() && found.size() < query.limit());
        return found;
    }

    private static Predicate<UserRow> fits(UserQuery query) {
        return row -> row.name().contains(query.nameContains())
                && !query.without().contains(new UserName(row.name()))
                && query.among()
                        .map(names -> names.contains(new UserName(row.name())))
                        .orElse(true);
    }

    @Override
    public int count(UserQuery query) {
        return tables.reading("counting accounts", () -> {
            if (query.nameContains().isEmpty()
                    && query.among().isEmpty()
                    && query.without().isEmpty()) {
                return Math.toIntExact(users().count(Query.all()));
            }
            Predicate<UserRow> fits = fits(query);
            int[] count = {0};
            EngineTables.each(users(), Query.all(), row -> count[0] += fits.test(row) ? 1 : 0);
            return count[0];
        });
    }

    @Override
    public Outcome change(UserName name, UserChange change, Optional<String> keepLogin, Revocation revocation) {
        return tables.writing("changing an account", () -> {
            Optional<UserRow> found = users().get(name.value());
            if (found.isEmpty()) {
                return Optional.of(Outcome.UNKNOWN);
            }
            UserRow before = found.get();
            UserRow after = before.with(
                            change.admin().orElse(before.admin()),
                            change.disabled().orElse(before.disabled()))
                    .withPassword(change.passwordHash().orElse(before.passwordHash()))
                    .in(Eras.fresh());
            List<Write> writes = new ArrayList<>(List.of(Write.replace(users(), after)));
            if (before.administers() != after.administers()) {
                Roster roster = Roster.of(tables);
                if (before.administers() && roster.last(before.name())) {
                    return Optional.of(Outcome.LAST_ADMIN);
                }
                writes.add(after.administers() ? roster.with(after.name()) : roster.without(after.name()));
            }
            if (after.disabled() || change.passwordHash().isPresent()) {
                // A link that was on its way would undo the change.
                writes.add(Write.discard(tables.of(InvitationRow.class), RowKey.of(after.name())));
            }
            Ending ending = Ending.of(tables, before, after.era(), keepLogin.orElse(""), revocation);
            writes.addAll(ending.writes());
            return finish(writes, ending);
        });
    }

    private Optional<Outcome> finish(List<Write> writes, Ending ending) {
        if (!tables.done(writes)) {
            return Optional.empty();
        }
        ending.sweep();
        return Optional.of(Outcome.DONE);
    }

    @Override
    public void rehash(UserName name, String oldHash, String newHash) {
        tables.writing("keeping a password's hash", () -> {
            Optional<UserRow> found = users().get(name.value()).filter(row -> oldHash.equals(row.passwordHash()));
            return found.isEmpty()
                            || users().replace(found.get().withPassword(newHash))
                                    .isPresent()
                    ? Optional.of(true)
                    : Optional.empty();
        });
    }

    @Override
    public Outcome delete(UserName name, Revocation revocation) {
        return tables.writing("deleting an account", () -> {
            Optional<UserRow> found = users().get(name.value());
            if (found.isEmpty()) {
                return Optional.of(Outcome.UNKNOWN);
            }
            UserRow row = found.get();
            List<Write> writes = new ArrayList<>(List.of(
                    Write.delete(users(), RowKey.of(row.name()), Comparisons.version(row.version())),
                    Write.discard(tables.of(InvitationRow.class), RowKey.of(row.name())),
                    // The folder stays on disk; a later person of the same name must not inherit it.
                    Write.discard(tables.of(HomeRow.class), RowKey.of(row.name()))));
            if (row.administers()) {
                Roster roster = Roster.of(tables);
                if (roster.last(row.name())) {
                    return Optional.of(Outcome.LAST_ADMIN);
                }
                writes.add(roster.without(row.name()));
            }
            Ending ending = Ending.of(tables, row, Eras.fresh(), "", revocation);
            writes.addAll(ending.writes());
            List<Write> leftovers = leftovers(row, revocation.notBefore());
            int together = Math.min(leftovers.size(), Limits.WRITES - writes.size());
            writes.addAll(leftovers.subList(0, together));
            Optional<Outcome> outcome = finish(writes, ending);
            if (outcome.isPresent()) {
                tables.sweep(leftovers.subList(together, leftovers.size()));
            }
            return outcome;
        });
    }

    /** Ended sessions, named ports, functions with their deferred calls, and links of identities; those belong to this account and to no later one of its name. */
    private List<Write> leftovers(UserRow gone, Instant at) {
        List<Write> writes = new ArrayList<>();
        Table<SessionRow> sessions = tables.of(SessionRow.class);
        for (SessionRow session : EngineTables.all(sessions, Query.of(gone.name()))) {
            if (!session.state().live()) {
                writes.add(Write.discard(sessions, RowKey.of(session.user(), session.place())));
            }
        }
        writes.addAll(PortTable.leftovers(tables, gone.name()));
        writes.addAll(FunctionTable.leftovers(tables, gone.name(), at));
        writes.addAll(DeferredTable.leftovers(tables, gone.name()));
        Table<IdentityRow> identities = tables.of(IdentityRow.class);
        for (IdentityRow identity : EngineTables.all(identities, Query.ofIndex("of_user", gone.name()))) {
            if (identity.uid().equals(gone.uid())) {
                writes.add(Write.discard(identities, RowKey.of(identity.method(), identity.subject())));
            }
        }
        return writes;
    }

    @Override
    public void active(UserName name, Instant at) {
        tables.writing("noting activity", () -> {
            Optional<UserRow> found = users().get(name.value())
                    .filter(row ->
                            row.lastActivity() == null || row.lastActivity().isBefore(at));
            return found.isEmpty() || users().replace(found.get().activeAt(at)).isPresent()
                    ? Optional.of(true)
                    : Optional.empty();
        });
    }
}
