/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.dynamodb;

import dev.carrel.plugin.testkit.DatabaseTransactionsConformance;
import dev.carrel.plugin.testkit.DatabaseFixture;

class LocalTransactionsIT extends DatabaseTransactionsConformance {
    @Override
    protected DatabaseFixture fixture() {
        return LocalFixture.shared();
    }
}
