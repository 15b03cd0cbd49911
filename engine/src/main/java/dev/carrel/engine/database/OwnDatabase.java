/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.engine.store.StoreException;
import dev.carrel.plugin.database.jdbc.JdbcDatabase;
import dev.carrel.plugin.table.DatabaseException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The database of an installation that needs none: SQLite in the data folder, by the same code as the plugin database-jdbc, but part of the
 * program. The command line opens the same file while the engine runs.
 */
public final class OwnDatabase {
    private OwnDatabase() {}

    /**
     * Opens the file, creating it with mode 0600 and taking away any wider one, and looks whether it is a database.
     *
     * @throws StoreException when it cannot be opened
     */
    public static JdbcDatabase open(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new StoreException("database " + file + ": its folder is missing (run: carrel setup)");
        }
        JdbcDatabase database = null;
        boolean opened = false;
        try {
            database = JdbcDatabase.sqlite(file);
            String why = database.health().orElse("");
            if (!why.isEmpty()) {
                throw new StoreException("database " + file + " cannot be opened: " + why);
            }
            Takeover.run(file, database);
            opened = true;
            return database;
        } catch (DatabaseException | IllegalArgumentException e) {
            throw new StoreException("database " + file + " cannot be opened: " + e.getMessage(), e);
        } finally {
            if (database != null && !opened) {
                database.close();
            }
        }
    }
}
