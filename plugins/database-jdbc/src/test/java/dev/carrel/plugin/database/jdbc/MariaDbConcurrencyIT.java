/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.jdbc;

import dev.carrel.plugin.testkit.DatabaseConcurrencyConformance;
import dev.carrel.plugin.testkit.DatabaseFixture;
import dev.carrel.test.server.MariaDbServer;

class MariaDbConcurrencyIT extends DatabaseConcurrencyConformance {
    @Override
    protected DatabaseFixture fixture() {
        return ServerFixture.on(MariaDbServer.shared());
    }
}
