/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.dynamodb;

import dev.carrel.plugin.testkit.DatabaseConditionsConformance;
import dev.carrel.plugin.testkit.DatabaseFixture;

class LocalConditionsIT extends DatabaseConditionsConformance {
    @Override
    protected DatabaseFixture fixture() {
        return LocalFixture.shared();
    }
}
