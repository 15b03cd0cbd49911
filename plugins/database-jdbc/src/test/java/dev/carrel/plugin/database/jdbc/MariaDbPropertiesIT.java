/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.jdbc;

import dev.carrel.plugin.testkit.DatabaseFixture;
import dev.carrel.plugin.testkit.DatabaseProperties;
import dev.carrel.test.server.MariaDbServer;

class MariaDbPropertiesIT extends DatabaseProperties {
    @Override
    protected DatabaseFixture fixture() {
        return ServerFixture.on(MariaDbServer.shared());
    }
}
