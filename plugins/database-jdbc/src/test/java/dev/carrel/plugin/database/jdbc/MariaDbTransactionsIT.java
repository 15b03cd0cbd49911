/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.jdbc;

import dev.carrel.plugin.testkit.DatabaseFixture;
import dev.carrel.plugin.testkit.DatabaseTransactionsConformance;
import dev.carrel.test.server.MariaDbServer;

class MariaDbTransactionsIT extends DatabaseTransactionsConformance {
    @Override
    protected DatabaseFixture fixture() {
        return ServerFixture.on(MariaDbServer.shared());
    }
}
