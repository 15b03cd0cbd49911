/* Copyright the Carrel authors. */
package dev.carrel.check.email;

import dev.carrel.plugin.table.Key;
import dev.carrel.plugin.table.Stored;
import java.time.Instant;

/**
 * An address that is somebody's.
 *
 * @param name of the account, for whoever looks into the table
 */
@Stored(name = "email_whitelist_proof")
public record ProofRow(@Key String person, String address, String name, Instant at) {}
