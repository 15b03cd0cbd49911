/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.engine.signin.IdentityStore;
import dev.carrel.engine.signin.LinkedIdentity;
import dev.carrel.engine.signin.User;
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

/** Identities and their accounts; flows that have come to their end. */
final class IdentityTable implements IdentityStore {
    private final EngineTables tables;

    @Inject
    IdentityTable(EngineTables tables) {
        this.tables = tables;
    }

    private Table<IdentityRow> identities() {
        return tables.of(IdentityRow.class);
    }

    private Optional<IdentityRow> row(String method, String subject) {
        return Texts.canBeKey(method) && Texts.canBeKey(subject) ? identities().get(method, subject) : Optional.empty();
    }

    private Optional<UserRow> account(String name) {
        return tables.of(UserRow.class).get(name);
    }

    /** Whether the account that it was linked to is still there. */
    private boolean good(IdentityRow row) {
        return account(row.user()).filter(user -> user.uid().equals(row.uid())).isPresent();
    }

    @Override
    public Optional<LinkedIdentity> find(String method, String subject) {
        return tables.reading(
                "reading an identity",
                () -> row(method, subject).filter(this::good).map(IdentityRow::identity));
    }

    @Override
    public List<LinkedIdentity> list(UserName user) {
        return tables.reading(
                "listing identities",
                () -> EngineTables.all(identities(), Query.ofIndex("of_user", user.value())).stream()
                        .filter(this::good)
                        .map(IdentityRow::identity)
                        .sorted(Comparator.comparing(LinkedIdentity::linked)
                                .thenComparing(LinkedIdentity::method)
                                .thenComparing(LinkedIdentity::subject))
                        .toList());
    }

    @Override
    public Outcome link(LinkedIdentity identity) {
        return tables.writing("linking an identity", () -> {
            Optional<UserRow> user = account(identity.user().value());
            if (user.isEmpty()) {
                return Optional.of(Outcome.UNKNOWN);
            }
            Optional<IdentityRow> there = row(identity.method(), identity.subject());
            if (there.filter(this::good).isPresent()) {
                return Optional.of(Outcome.LINKED);
            }
            Write same = Write.check(
                    tables.of(UserRow.class),
                    RowKey.of(user.get().name()),
                    Comparison.eq("uid", user.get().uid()));
            return tables.done(List.of(same, writing(identity, user.get().uid(), there)))
                    ? Optional.of(Outcome.DONE)
                    : Optional.empty();
        });
    }

    /** Adds a link, or takes the place of one whose account is gone. */
    private Write writing(LinkedIdentity identity, String uid, Optional<IdentityRow> there) {
        return there.<Write>map(row -> Write.replace(identities(), IdentityRow.of(identity, uid, row.version())))
                .orElseGet(() -> Write.insert(identities(), IdentityRow.of(identity, uid, 0)));
    }

    @Override
    public Outcome create(User user, LinkedIdentity identity) {
        return tables.writing("adding an account of an identity", () -> {
            Optional<IdentityRow> there = row(identity.method(), identity.subject());
            if (there.filter(this::good).isPresent()) {
                return Optional.of(Outcome.LINKED);
            }
            if (account(user.name().value()).isPresent()) {
                return Optional.of(Outcome.NAME_TAKEN);
            }
            UserRow row = UserRow.of(user);
            List<Write> writes = new ArrayList<>(UserTable.adding(tables, row));
            writes.add(writing(identity, row.uid(), there));
            return tables.done(writes) ? Optional.of(Outcome.DONE) : Optional.empty();
        });
    }

    @Override
    public boolean unlink(UserName user, String method, String subject, Revocation revocation) {
        return tables.writing("taking an identity's link away", () -> {
            Optional<IdentityRow> link =
                    row(method, subject).filter(row -> row.user().equals(user.value()) && good(row));
            Optional<UserRow> before = account(user.value());
            if (link.isEmpty() || before.isEmpty()) {
                return Optional.of(false);
            }
            UserRow after = before.get().in(Eras.fresh());
            Ending ending = Ending.of(tables, before.get(), after.era(), "", revocation);
            List<Write> writes = new ArrayList<>(List.of(
                    Write.delete(
                            identities(),
                            RowKey.of(method, subject),
                            Comparisons.version(link.get().version())),
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
    public boolean use(String flow, Instant until) {
        return tables.reading(
                "noting the end of a flow",
                () -> tables.of(FlowRow.class).insert(new FlowRow(flow, until)).isPresent());
    }

    @Override
    public int prune(Instant now) {
        return tables.reading("forgetting flows", () -> {
            Table<FlowRow> flows = tables.of(FlowRow.class);
            return tables.prune(
                    flows,
                    row -> Write.delete(flows, RowKey.of(row.id())),
                    Query.all().filter(Comparison.le("until", now)));
        });
    }
}
