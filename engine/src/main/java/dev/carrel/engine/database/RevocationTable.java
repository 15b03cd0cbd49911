/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.engine.signin.RevocationStore;
import dev.carrel.plugin.table.Comparison;
import dev.carrel.plugin.table.Query;
import dev.carrel.plugin.table.RowKey;
import dev.carrel.plugin.table.Table;
import dev.carrel.plugin.table.Write;
import dev.carrel.protocol.signed.Revocation;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Revocations. */
final class RevocationTable implements RevocationStore {
    private final EngineTables tables;

    @Inject
    RevocationTable(EngineTables tables) {
        this.tables = tables;
    }

    @Override
    public void add(Revocation revocation) {
        tables.writing(
                "keeping a revocation",
                () -> tables.done(List.of(adding(tables, revocation))) ? Optional.of(true) : Optional.empty());
    }

    /** What keeps it, for a transaction that is tried anew when it is refused. */
    static Write adding(EngineTables tables, Revocation revocation) {
        Table<RevocationRow> table = tables.of(RevocationRow.class);
        return table.get(revocation.kind().name(), revocation.id())
                .<Write>map(row -> Write.replace(table, row.and(revocation)))
                .orElseGet(() -> Write.insert(table, RevocationRow.of(revocation)));
    }

    @Override
    public List<Revocation> list(Instant now) {
        return tables.reading(
                "reading the revocations",
                () ->
                        EngineTables.all(
                                        tables.of(RevocationRow.class),
                                        Query.all().filter(Comparison.gt("until", now)))
                                .stream()
                                .map(RevocationRow::revocation)
                                .toList());
    }

    @Override
    public int prune(Instant now) {
        return tables.reading("deleting old revocations", () -> {
            Table<RevocationRow> table = tables.of(RevocationRow.class);
            return tables.prune(
                    table,
                    row -> Write.delete(table, RowKey.of(row.kind(), row.id()), Comparison.le("until", now)),
                    Query.all().filter(Comparison.le("until", now)));
        });
    }
}
