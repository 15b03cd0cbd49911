/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.dynamodb;

import dev.carrel.plugin.testkit.DatabaseQueriesConformance;
import dev.carrel.plugin.testkit.DatabaseFixture;

class LocalQueriesIT extends DatabaseQueriesConformance {
    @Override
    protected DatabaseFixture fixture() {
        return LocalFixture.shared();
    }
}
