/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.engine.signin.InvitationStore;
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
import java.util.List;
import java.util.Optional;

/** One-time invitations. */
final class InvitationTable implements InvitationStore {
    private final EngineTables tables;

    @Inject
    InvitationTable(EngineTables tables) {
        this.tables = tables;
    }

    private Table<InvitationRow> invitations() {
        return tables.of(InvitationRow.class);
    }

    @Override
    public void replace(UserName user, String tokenHash, Instant expires) {
        tables.writing("adding an invitation", () -> {
            UserRow account = LoginTable.account(tables, user);
            return tables.done(List.of(
                            Write.check(
                                    tables.of(UserRow.class),
                                    RowKey.of(account.name()),
                                    Comparison.eq("uid", account.uid())),
                            Write.put(
                                    invitations(),
                                    new InvitationRow(account.name(), tokenHash, account.uid(), expires, null, 0))))
                    ? Optional.of(true)
                    : Optional.empty();
        });
    }

    /** A good invitation and the enabled account that it is for. */
    private record Found(InvitationRow invitation, UserRow account) {}

    private Optional<Found> good(String tokenHash, Instant now) {
        if (!Texts.canBeKey(tokenHash)) {
            return Optional.empty();
        }
        return invitations().query(Query.ofIndex("of_token", tokenHash)).rows().stream()
                .findFirst()
                // What counts is the row, not the index.
                .flatMap(row -> invitations().get(row.user()))
                .filter(row -> row.tokenHash().equals(tokenHash) && row.good(now))
                .flatMap(row -> tables.of(UserRow.class)
                        .get(row.user())
                        // Whoever was disabled meanwhile may not choose a password.
                        .filter(user -> user.uid().equals(row.uid()) && !user.disabled())
                        .map(user -> new Found(row, user)));
    }

    @Override
    public Optional<UserName> find(String tokenHash, Instant now) {
        return tables.reading(
                "reading an invitation",
                () -> good(tokenHash, now)
                        .map(found -> new UserName(found.account().name())));
    }

    @Override
    public boolean accept(String tokenHash, Instant now, Optional<String> passwordHash, Revocation revocation) {
        return tables.writing("accepting an invitation", () -> {
            Optional<Found> found = good(tokenHash, now);
            if (found.isEmpty()) {
                return Optional.of(false);
            }
            UserRow before = found.get().account();
            UserRow after = before.withPassword(passwordHash.orElse(before.passwordHash()))
                    .in(Eras.fresh());
            Ending ending = Ending.of(tables, before, after.era(), "", revocation);
            List<Write> writes = new ArrayList<>(List.of(
                    Write.replace(invitations(), found.get().invitation().usedAt(now)),
                    Write.replace(tables.of(UserRow.class), after)));
            writes.addAll(ending.writes());
            if (!tables.done(writes)) {
                return Optional.empty();
            }
            ending.sweep();
            return Optional.of(true);
        });
    }

    @Override
    public int prune(Instant before) {
        return tables.reading(
                "deleting old invitations",
                () -> tables.prune(
                        invitations(),
                        row -> Write.delete(invitations(), RowKey.of(row.user()), Comparisons.version(row.version())),
                        Query.all().filter(Comparison.lt("expires", before)),
                        Query.all().filter(Comparison.lt("used", before))));
    }
}
