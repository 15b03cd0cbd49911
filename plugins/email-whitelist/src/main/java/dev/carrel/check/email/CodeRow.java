/* Copyright the Carrel authors. */
package dev.carrel.check.email;

import dev.carrel.plugin.table.Indexed;
import dev.carrel.plugin.table.Key;
import dev.carrel.plugin.table.Part;
import dev.carrel.plugin.table.Stored;
import java.time.Instant;

/**
 * A code that was mailed: for one person and one address. Kept for a day, used or not, for it counts against what may be mailed.
 *
 * @param hash of the code, which nobody but its reader has
 */
@Stored(name = "email_whitelist_code")
public record CodeRow(
        @Key String hash,
        @Indexed(name = "of_person") String person,
        @Indexed(name = "of_address") String address,

        @Indexed(name = "of_person", part = Part.SORT) @Indexed(name = "of_address", part = Part.SORT)
        Instant sent,

        Instant expires,
        boolean used) {}
