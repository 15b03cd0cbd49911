/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.jdbc;

import dev.carrel.plugin.testkit.DatabaseLossConformance;
import dev.carrel.plugin.testkit.LossFixture;
import dev.carrel.test.server.PostgresServer;

class PostgresLossIT extends DatabaseLossConformance {
    @Override
    protected LossFixture fixture() {
        return ServerFixture.with(new PostgresServer());
    }
}
