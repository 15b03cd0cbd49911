/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.chassis.settings.Section;
import dev.carrel.chassis.settings.Setting;

/** Where tables are kept. */
@Section(value = "database", text = "Where accounts, sessions and all other tables are kept.")
public record DatabaseSettings(
        @Setting(
                text =
                        "The id of the plugin that keeps all tables, such as database-jdbc for PostgreSQL or MariaDB; empty for SQLite in"
                                + " the data folder. To move, see docs/tables.md.",
                def = "",
                pattern = "|[a-z][a-z0-9-]{0,29}")
        String plugin) {
    /** Whether tables are kept without a plugin. */
    public boolean own() {
        return plugin.isEmpty();
    }
}
