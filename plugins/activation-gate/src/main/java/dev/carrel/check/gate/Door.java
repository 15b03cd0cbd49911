/* Copyright the Carrel authors. */
package dev.carrel.check.gate;

import dev.carrel.plugin.table.Key;
import dev.carrel.plugin.table.Stored;
import dev.carrel.plugin.table.Version;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How the gate stands; one row for all engines.
 *
 * @param chosen by an administrator; null when it is as the settings say
 * @param closed whether too many came, where the hourly rate decides
 */
@Stored(name = "activation_gate_door")
public record Door(
        @Key String name,
        @Nullable Mode chosen,
        boolean closed,
        Instant changed,
        @Version long version) {
    static final String ONLY = "door";
}
