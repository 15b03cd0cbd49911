/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.jdbc;

import dev.carrel.plugin.testkit.DatabaseFixture;
import dev.carrel.plugin.testkit.DatabaseMigrationConformance;

class PostgresMigrationIT extends DatabaseMigrationConformance {
    @Override
    protected DatabaseFixture fixture() {
        return ServerFixture.on(PostgresServer.shared());
    }
}
