/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.dynamodb;

import dev.carrel.plugin.testkit.DatabaseLossConformance;
import dev.carrel.plugin.testkit.LossFixture;

class LocalLossIT extends DatabaseLossConformance {
    @Override
    protected LossFixture fixture() {
        return LocalFixture.onACable();
    }
}
