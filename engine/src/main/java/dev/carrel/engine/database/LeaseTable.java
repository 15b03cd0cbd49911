/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.engine.cluster.LeaseStore;
import dev.carrel.plugin.table.Comparison;
import dev.carrel.plugin.table.RowKey;
import dev.carrel.plugin.table.Table;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.Optional;

/** Leases. */
final class LeaseTable implements LeaseStore {
    private final EngineTables tables;

    @Inject
    LeaseTable(EngineTables tables) {
        this.tables = tables;
    }

    @Override
    public boolean take(String name, String holder, Instant now, Instant until) {
        return tables.writing("taking a lease", () -> {
            Table<LeaseRow> leases = tables.of(LeaseRow.class);
            Optional<LeaseRow> there = leases.get(name);
            if (there.isEmpty()) {
                return leases.insert(new LeaseRow(name, holder, until, 0)).map(_ -> true);
            }
            LeaseRow row = there.get();
            if (!row.holder().equals(holder) && row.until().isAfter(now)) {
                return Optional.of(false);
            }
            return leases.replace(new LeaseRow(name, holder, until, row.version()))
                    .map(_ -> true);
        });
    }

    @Override
    public void give(String name, String holder) {
        tables.reading(
                "giving up a lease",
                () -> tables.of(LeaseRow.class).delete(RowKey.of(name), Comparison.eq("holder", holder)));
    }
}
