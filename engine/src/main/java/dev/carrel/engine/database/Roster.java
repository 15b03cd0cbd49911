/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.plugin.table.Comparison;
import dev.carrel.plugin.table.Query;
import dev.carrel.plugin.table.Table;
import dev.carrel.plugin.table.Write;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The enabled administrators: read before, and written with, every change that makes or unmakes one, so that of two at once one is refused. */
final class Roster {
    private final Table<RosterRow> table;
    private final RosterRow row;
    private final boolean stored;

    private Roster(Table<RosterRow> table, RosterRow row, boolean stored) {
        this.table = table;
        this.row = row;
        this.stored = stored;
    }

    static Roster of(EngineTables tables) {
        Table<RosterRow> table = tables.of(RosterRow.class);
        Optional<RosterRow> stored = table.get(RosterRow.ADMINISTRATORS);
        return stored.map(row -> new Roster(table, row, true))
                .orElseGet(() -> new Roster(
                        table, new RosterRow(RosterRow.ADMINISTRATORS, counted(tables.of(UserRow.class)), 0), false));
    }

    /** Before there is one. */
    private static List<String> counted(Table<UserRow> users) {
        List<String> names = new ArrayList<>();
        EngineTables.each(
                users,
                Query.all().filter(Comparison.eq("admin", true), Comparison.eq("disabled", false)),
                user -> names.add(user.name()));
        return names;
    }

    /** Whether nobody else is left. */
    boolean last(String name) {
        return row.without(name).members().isEmpty();
    }

    Write with(String name) {
        return write(row.with(name));
    }

    Write without(String name) {
        return write(row.without(name));
    }

    private Write write(RosterRow next) {
        return stored ? Write.replace(table, next) : Write.insert(table, next);
    }
}
