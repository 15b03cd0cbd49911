/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.engine.cluster.RoomStore;
import dev.carrel.plugin.table.Query;
import jakarta.inject.Inject;
import java.util.List;

/** What instances say of their room. */
final class RoomTable implements RoomStore {
    private final EngineTables tables;

    @Inject
    RoomTable(EngineTables tables) {
        this.tables = tables;
    }

    @Override
    public void tell(Told told) {
        tables.reading("telling the other instances of room for calls", () -> {
            tables.of(RoomRow.class).put(RoomRow.of(told));
            return true;
        });
    }

    @Override
    public List<Told> told() {
        return tables.reading(
                "asking for the other instances' room for calls",
                () -> EngineTables.all(tables.of(RoomRow.class), Query.all()).stream()
                        .map(RoomRow::told)
                        .toList());
    }
}
