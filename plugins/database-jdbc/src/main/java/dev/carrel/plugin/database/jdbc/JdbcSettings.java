/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.jdbc;

import dev.carrel.plugin.Setting;
import java.time.Duration;

/** {@code etc/plugins/database-jdbc.properties}. */
public record JdbcSettings(
        @Setting(
                text =
                        "Which database: jdbc:sqlite:FILE, jdbc:postgresql://HOST/DATABASE, jdbc:mariadb://HOST/DATABASE or "
                                + "jdbc:mysql://HOST/DATABASE. Empty: SQLite, the file tables.db in the plugin's folder.")
        String url,

        @Setting(text = "The user of the database; SQLite has none.")
        String user,

        @Setting(text = "The user's password.", secret = true)
        String password,

        @Setting(text = "The most connections that this engine opens.", def = "8", min = 1, max = 200)
        int poolSize,

        @Setting(
                text =
                        "Stands before the name of every table, so that several installations can share a database: a-z 0-9 "
                                + "and underscores, starting with a letter, at most 10. Never change it afterwards.",
                def = "carrel_")
        String tablePrefix,

        @Setting(text = "The longest that a call waits for a connection.", def = "3s", min = 250, max = 60_000)
        Duration connectTimeout,

        @Setting(
                text = "The longest that a statement may take, waiting for locks included.",
                def = "10s",
                min = 1000,
                max = 600_000)
        Duration queryTimeout) {
    /** Refuses a prefix that tables cannot have. */
    public JdbcSettings {
        if (!tablePrefix.matches("|[a-z][a-z0-9_]{0,9}")) {
            throw new IllegalArgumentException("table-prefix: \"" + tablePrefix
                    + "\" (expected: a-z 0-9 and underscores, starting with a letter, at most 10, or nothing)");
        }
    }
}
