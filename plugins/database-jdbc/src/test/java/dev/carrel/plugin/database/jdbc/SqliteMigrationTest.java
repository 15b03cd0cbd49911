/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.jdbc;

import dev.carrel.plugin.testkit.DatabaseFixture;
import dev.carrel.plugin.testkit.DatabaseMigrationConformance;

class SqliteMigrationTest extends DatabaseMigrationConformance {
    @Override
    protected DatabaseFixture fixture() {
        return new SqliteFixture();
    }
}
