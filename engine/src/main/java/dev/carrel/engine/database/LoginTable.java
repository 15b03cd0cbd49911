/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.engine.signin.Login;
import dev.carrel.engine.signin.LoginStore;
import dev.carrel.engine.store.StoreException;
import dev.carrel.plugin.table.Comparison;
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

/** Sign-ins. */
final class LoginTable implements LoginStore {
    private final EngineTables tables;

    @Inject
    LoginTable(EngineTables tables) {
        this.tables = tables;
    }

    private Table<LoginRow> logins() {
        return tables.of(LoginRow.class);
    }

    @Override
    public void add(Login login, String secretHash) {
        tables.writing("adding a sign-in", () -> {
            UserRow user = account(tables, login.user());
            if (logins().get(secretHash).isPresent()) {
                throw new StoreException("a sign-in with this very secret is there already");
            }
            return tables.done(List.of(
                            inEra(tables, user), Write.insert(logins(), LoginRow.of(login, secretHash, user.era()))))
                    ? Optional.of(true)
                    : Optional.empty();
        });
    }

    static UserRow account(EngineTables tables, UserName user) {
        return tables.of(UserRow.class)
                .get(user.value())
                .orElseThrow(() -> new StoreException("there is no account " + user + " any more"));
    }

    /** Holds only while nothing has ended what was opened for the account. */
    static Write inEra(EngineTables tables, UserRow user) {
        return Write.check(tables.of(UserRow.class), RowKey.of(user.name()), Comparison.eq("era", user.era()));
    }

    /** Whether something of an era is still good. */
    static boolean good(EngineTables tables, String user, String era) {
        return tables.of(UserRow.class)
                .get(user)
                .filter(row -> row.era().equals(era))
                .isPresent();
    }

    @Override
    public Optional<Login> find(String secretHash) {
        return tables.reading(
                "reading a sign-in",
                () -> Optional.of(secretHash)
                        .filter(Texts::canBeKey)
                        .flatMap(logins()::get)
                        .filter(row -> good(tables, row.user(), row.era()))
                        .map(LoginRow::login));
    }

    @Override
    public List<Login> list(UserName user) {
        return tables.reading("listing sign-ins", () -> {
            Optional<UserRow> account = tables.of(UserRow.class).get(user.value());
            return EngineTables.all(logins(), Query.ofIndex("of_user", user.value())).stream()
                    .filter(row ->
                            account.filter(a -> a.era().equals(row.era())).isPresent())
                    .map(LoginRow::login)
                    .sorted(Comparator.comparing(Login::lastSeen).reversed())
                    .toList();
        });
    }

    private Optional<LoginRow> byId(String id) {
        if (!Texts.canBeKey(id)) {
            return Optional.empty();
        }
        return logins().query(Query.ofIndex("of_id", id)).rows().stream().findFirst();
    }

    @Override
    public void seen(String id, Instant at) {
        tables.writing("noting a request", () -> {
            Optional<LoginRow> found = byId(id).filter(row -> row.lastSeen().isBefore(at));
            return found.isEmpty() || logins().replace(found.get().seenAt(at)).isPresent()
                    ? Optional.of(true)
                    : Optional.empty();
        });
    }

    @Override
    public boolean end(String id, Revocation revocation) {
        return tables.writing("ending a sign-in", () -> {
            Optional<LoginRow> found = byId(id);
            List<Write> writes = new ArrayList<>(List.of(RevocationTable.adding(tables, revocation)));
            found.ifPresent(row -> writes.add(Write.delete(logins(), RowKey.of(row.secretHash()))));
            return tables.done(writes) ? Optional.of(found.isPresent()) : Optional.empty();
        });
    }

    @Override
    public int prune(Instant now, Instant lastSeenBefore) {
        return tables.reading(
                "deleting old sign-ins",
                () -> tables.prune(
                        logins(),
                        row -> Write.delete(logins(), RowKey.of(row.secretHash()), Comparisons.version(row.version())),
                        Query.all().filter(Comparison.le("expires", now)),
                        Query.all().filter(Comparison.lt("lastSeen", lastSeenBefore))));
    }
}
