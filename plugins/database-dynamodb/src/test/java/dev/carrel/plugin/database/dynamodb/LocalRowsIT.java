/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.dynamodb;

import dev.carrel.plugin.testkit.DatabaseRowsConformance;
import dev.carrel.plugin.testkit.DatabaseFixture;

class LocalRowsIT extends DatabaseRowsConformance {
    @Override
    protected DatabaseFixture fixture() {
        return LocalFixture.shared();
    }
}
