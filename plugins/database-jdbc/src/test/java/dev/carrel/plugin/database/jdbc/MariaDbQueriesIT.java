/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.jdbc;

import dev.carrel.plugin.testkit.DatabaseFixture;
import dev.carrel.plugin.testkit.DatabaseQueriesConformance;
import dev.carrel.test.server.MariaDbServer;

class MariaDbQueriesIT extends DatabaseQueriesConformance {
    @Override
    protected DatabaseFixture fixture() {
        return ServerFixture.on(MariaDbServer.shared());
    }
}
