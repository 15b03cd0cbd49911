/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.engine.cluster.RoomStore;
import dev.carrel.plugin.table.Key;
import dev.carrel.plugin.table.Stored;
import java.time.Instant;

/** What an instance says of the room it has; it overwrites its own row every few seconds. */
@Stored(name = "engine_rooms")
record RoomRow(@Key String name, String host, int port, String text, Instant until) {
    static RoomRow of(RoomStore.Told told) {
        return new RoomRow(told.name(), told.host(), told.port(), told.text(), told.until());
    }

    RoomStore.Told told() {
        return new RoomStore.Told(name, host, port, text, until);
    }
}
