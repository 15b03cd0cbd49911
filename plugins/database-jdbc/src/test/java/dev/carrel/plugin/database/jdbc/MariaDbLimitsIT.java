/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.jdbc;

import dev.carrel.plugin.testkit.DatabaseFixture;
import dev.carrel.plugin.testkit.DatabaseLimitsConformance;
import dev.carrel.test.server.MariaDbServer;

class MariaDbLimitsIT extends DatabaseLimitsConformance {
    @Override
    protected DatabaseFixture fixture() {
        return ServerFixture.on(MariaDbServer.shared());
    }
}
