/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.jdbc;

import dev.carrel.plugin.testkit.DatabaseConcurrencyConformance;
import dev.carrel.plugin.testkit.DatabaseConditionsConformance;
import dev.carrel.plugin.testkit.DatabaseFixture;
import dev.carrel.plugin.testkit.DatabaseLimitsConformance;
import dev.carrel.plugin.testkit.DatabaseLossConformance;
import dev.carrel.plugin.testkit.DatabaseMigrationConformance;
import dev.carrel.plugin.testkit.DatabaseQueriesConformance;
import dev.carrel.plugin.testkit.DatabaseRowsConformance;
import dev.carrel.plugin.testkit.DatabaseTransactionsConformance;
import dev.carrel.plugin.testkit.LossFixture;
import dev.carrel.test.server.MySqlServer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** The suites of databases on MySQL, for whoever has one at hand: docs/testing.md says how. */
@EnabledIfSystemProperty(
        named = MySqlServer.PROPERTY,
        matches = ".+",
        disabledReason = "asked for with -Dcarrel.mysql=FOLDER")
class MySqlIT {
    @Nested
    class Concurrency extends DatabaseConcurrencyConformance {
        @Override
        protected DatabaseFixture fixture() {
            return ServerFixture.on(MySqlServer.shared());
        }
    }

    @Nested
    class Conditions extends DatabaseConditionsConformance {
        @Override
        protected DatabaseFixture fixture() {
            return ServerFixture.on(MySqlServer.shared());
        }
    }

    @Nested
    class Limits extends DatabaseLimitsConformance {
        @Override
        protected DatabaseFixture fixture() {
            return ServerFixture.on(MySqlServer.shared());
        }
    }

    @Nested
    class Migration extends DatabaseMigrationConformance {
        @Override
        protected DatabaseFixture fixture() {
            return ServerFixture.on(MySqlServer.shared());
        }
    }

    @Nested
    class Queries extends DatabaseQueriesConformance {
        @Override
        protected DatabaseFixture fixture() {
            return ServerFixture.on(MySqlServer.shared());
        }
    }

    @Nested
    class Rows extends DatabaseRowsConformance {
        @Override
        protected DatabaseFixture fixture() {
            return ServerFixture.on(MySqlServer.shared());
        }
    }

    @Nested
    class Transactions extends DatabaseTransactionsConformance {
        @Override
        protected DatabaseFixture fixture() {
            return ServerFixture.on(MySqlServer.shared());
        }
    }

    @Nested
    class Loss extends DatabaseLossConformance {
        @Override
        protected LossFixture fixture() {
            return ServerFixture.with(new MySqlServer());
        }
    }
}
