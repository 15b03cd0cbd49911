/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.plugin.table.Key;
import dev.carrel.plugin.table.Stored;
import dev.carrel.plugin.table.Version;

/**
 * Where the record of security events ends: a chain alone does not show that its end was cut off.
 *
 * @param last the number of the last entry
 * @param hash of the last entry
 */
@Stored(name = "engine_audit_end")
record AuditEndRow(
        @Key String log, long last, String hash, @Version long version) {}
