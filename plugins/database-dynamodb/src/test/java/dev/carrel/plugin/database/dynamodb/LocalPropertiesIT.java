/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.dynamodb;

import dev.carrel.plugin.testkit.DatabaseFixture;
import dev.carrel.plugin.testkit.DatabaseProperties;

class LocalPropertiesIT extends DatabaseProperties {
    @Override
    protected DatabaseFixture fixture() {
        return LocalFixture.shared();
    }
}
