/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.plugin.table.Key;
import dev.carrel.plugin.table.Stored;
import dev.carrel.plugin.table.Version;
import java.util.ArrayList;
import java.util.List;

/** Who is of a kind of which one must always be left; changed together with the accounts. */
@Stored(name = "engine_rosters")
record RosterRow(
        @Key String name, List<String> members, @Version long version) {
    /** Enabled administrators. */
    static final String ADMINISTRATORS = "administrators";

    RosterRow with(String member) {
        List<String> more = new ArrayList<>(members);
        more.remove(member);
        more.add(member);
        return new RosterRow(name, more, version);
    }

    RosterRow without(String member) {
        List<String> fewer = new ArrayList<>(members);
        fewer.remove(member);
        return new RosterRow(name, fewer, version);
    }
}
