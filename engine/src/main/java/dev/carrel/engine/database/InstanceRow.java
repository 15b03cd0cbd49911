/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.engine.cluster.Instance;
import dev.carrel.plugin.table.Key;
import dev.carrel.plugin.table.Stored;
import dev.carrel.plugin.table.Version;
import java.time.Instant;

/** An engine with its manager and router, and until when it is taken to be there. */
@Stored(name = "engine_instances")
record InstanceRow(
        @Key String name,
        String holder,
        String host,
        int port,
        Instant until,
        @Version long version) {
    static InstanceRow of(Instance instance, long version) {
        return new InstanceRow(
                instance.name(), instance.holder(), instance.host(), instance.port(), instance.until(), version);
    }

    Instance instance() {
        return new Instance(name, holder, host, port, until);
    }
}
