/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.engine.cluster.Instance;
import dev.carrel.engine.cluster.InstanceStore;
import dev.carrel.plugin.table.Query;
import dev.carrel.plugin.table.Table;
import dev.carrel.protocol.name.UserName;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Instances, and which of them has whose home. */
final class InstanceTable implements InstanceStore {
    private final EngineTables tables;

    @Inject
    InstanceTable(EngineTables tables) {
        this.tables = tables;
    }

    private Table<InstanceRow> instances() {
        return tables.of(InstanceRow.class);
    }

    private Table<HomePlaceRow> places() {
        return tables.of(HomePlaceRow.class);
    }

    @Override
    public boolean note(Instance instance, Instant now) {
        return tables.writing("noting an instance", () -> {
            Optional<InstanceRow> there = instances().get(instance.name());
            if (there.isEmpty()) {
                return instances().insert(InstanceRow.of(instance, 0)).map(_ -> true);
            }
            InstanceRow row = there.get();
            if (!row.holder().equals(instance.holder()) && row.until().isAfter(now)) {
                return Optional.of(false);
            }
            return instances().replace(InstanceRow.of(instance, row.version())).map(_ -> true);
        });
    }

    @Override
    public Optional<Instance> find(String name) {
        return tables.reading("reading an instance", () -> instances().get(name).map(InstanceRow::instance));
    }

    @Override
    public List<Instance> all() {
        return tables.reading(
                "listing instances",
                () -> EngineTables.all(instances(), Query.all()).stream()
                        .map(InstanceRow::instance)
                        .toList());
    }

    @Override
    public String homeOf(UserName user, String mine) {
        return tables.writing(
                "finding the instance of a home",
                () -> places().get(user.value())
                        .or(() -> places().insert(new HomePlaceRow(user.value(), mine)))
                        .map(HomePlaceRow::instance));
    }

    @Override
    public void adopt(String mine) {
        tables.reading("adopting homes and sessions", () -> {
            EngineTables.each(tables.of(HomeRow.class), Query.all(), home -> {
                var _ = places().insert(new HomePlaceRow(home.user(), mine));
            });
            Table<SessionRow> sessions = tables.of(SessionRow.class);
            EngineTables.each(sessions, Query.all(), row -> {
                if (row.instance() == null) {
                    // One that changed just now was written by us, and says it.
                    var _ = sessions.replace(row.at(mine));
                }
            });
            return true;
        });
    }
}
