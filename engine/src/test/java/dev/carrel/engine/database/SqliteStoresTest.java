/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.plugin.Database;
import dev.carrel.plugin.database.jdbc.JdbcDatabase;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** The database of an installation that names none. */
class SqliteStoresTest extends StoresOnADatabase {
    @TempDir
    Path folder;

    private JdbcDatabase database;

    @Override
    Database empty() {
        database = OwnDatabase.open(folder.resolve("carrel.db"));
        return database;
    }

    @AfterEach
    void close() {
        database.close();
    }
}
