/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.plugin.table.Key;
import dev.carrel.plugin.table.Stored;
import dev.carrel.plugin.table.Version;
import java.time.Instant;

/** Who has a lease, and until when. */
@Stored(name = "engine_leases")
record LeaseRow(
        @Key String name,
        String holder,
        Instant until,
        @Version long version) {}
