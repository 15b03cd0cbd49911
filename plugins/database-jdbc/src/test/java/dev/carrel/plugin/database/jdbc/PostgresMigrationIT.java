/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.jdbc;

import dev.carrel.plugin.testkit.DatabaseFixture;
import dev.carrel.plugin.testkit.DatabaseMigrationConformance;
import dev.carrel.test.server.PostgresServer;

class PostgresMigrationIT extends DatabaseMigrationConformance {
    @Override
    protected DatabaseFixture fixture() {
        return ServerFixture.on(PostgresServer.shared());
    }
}
