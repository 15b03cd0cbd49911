/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.jdbc;

import dev.carrel.plugin.testkit.DatabaseFixture;
import dev.carrel.plugin.testkit.DatabaseRowsConformance;
import dev.carrel.test.server.PostgresServer;

class PostgresRowsIT extends DatabaseRowsConformance {
    @Override
    protected DatabaseFixture fixture() {
        return ServerFixture.on(PostgresServer.shared());
    }
}
