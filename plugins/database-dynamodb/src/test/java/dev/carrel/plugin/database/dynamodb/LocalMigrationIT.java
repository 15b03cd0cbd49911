/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.dynamodb;

import dev.carrel.plugin.testkit.DatabaseMigrationConformance;
import dev.carrel.plugin.testkit.DatabaseFixture;

class LocalMigrationIT extends DatabaseMigrationConformance {
    @Override
    protected DatabaseFixture fixture() {
        return LocalFixture.shared();
    }
}
