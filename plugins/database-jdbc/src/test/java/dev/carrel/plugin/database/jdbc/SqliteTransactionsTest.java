/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.jdbc;

import dev.carrel.plugin.testkit.DatabaseFixture;
import dev.carrel.plugin.testkit.DatabaseTransactionsConformance;

class SqliteTransactionsTest extends DatabaseTransactionsConformance {
    @Override
    protected DatabaseFixture fixture() {
        return new SqliteFixture();
    }
}
