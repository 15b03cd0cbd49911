/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.dynamodb;

import dev.carrel.plugin.testkit.DatabaseFixture;
import dev.carrel.plugin.testkit.DatabaseTransactionsConformance;

class LocalTransactionsIT extends DatabaseTransactionsConformance {
    @Override
    protected DatabaseFixture fixture() {
        return LocalFixture.shared();
    }
}
