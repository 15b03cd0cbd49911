/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.jdbc;

import dev.carrel.plugin.testkit.DatabaseConditionsConformance;
import dev.carrel.plugin.testkit.DatabaseFixture;
import dev.carrel.test.server.MariaDbServer;

class MariaDbConditionsIT extends DatabaseConditionsConformance {
    @Override
    protected DatabaseFixture fixture() {
        return ServerFixture.on(MariaDbServer.shared());
    }
}
