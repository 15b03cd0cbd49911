/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.jdbc;

import dev.carrel.plugin.testkit.DatabaseFixture;
import dev.carrel.plugin.testkit.DatabaseLimitsConformance;
import dev.carrel.test.server.PostgresServer;

class PostgresLimitsIT extends DatabaseLimitsConformance {
    @Override
    protected DatabaseFixture fixture() {
        return ServerFixture.on(PostgresServer.shared());
    }
}
