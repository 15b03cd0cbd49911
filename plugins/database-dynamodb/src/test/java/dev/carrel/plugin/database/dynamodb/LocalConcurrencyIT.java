/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.dynamodb;

import dev.carrel.plugin.testkit.DatabaseConcurrencyConformance;
import dev.carrel.plugin.testkit.DatabaseFixture;

class LocalConcurrencyIT extends DatabaseConcurrencyConformance {
    @Override
    protected DatabaseFixture fixture() {
        return LocalFixture.shared();
    }
}
