/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.engine.cluster.LeaseStore;
import jakarta.inject.Inject;
import java.time.Instant;

/** Leases. */
final class SqlLeaseStore implements LeaseStore {
    private final Database database;

    @Inject
    SqlLeaseStore(Database database) {
        this.database = database;
    }

    @Override
    public boolean take(String name, String holder, Instant now, Instant until) {
        return database.write(sql -> sql.execute(
                        "insert into leases (name, holder, until) values (?, ?, ?) on conflict (name) do update set"
                                + " holder = excluded.holder, until = excluded.until where holder = excluded.holder or until <= ?",
                        name,
                        holder,
                        until.toEpochMilli(),
                        now.toEpochMilli())
                == 1);
    }

    @Override
    public void give(String name, String holder) {
        database.change(sql -> sql.execute("delete from leases where name = ? and holder = ?", name, holder));
    }
}
