/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import dev.carrel.plugin.Database;
import dev.carrel.plugin.testkit.FakeDatabase.Fault;
import java.util.EnumSet;
import java.util.Set;

/** Every suite over the database in memory, with the faults that are set; run by {@link KitTest} only. */
final class Subjects {
    static volatile Set<Fault> faults = EnumSet.noneOf(Fault.class);

    private Subjects() {}

    private static DatabaseFixture subject() {
        FakeDatabase first = FakeDatabase.broken(faults);
        return new DatabaseFixture() {
            @Override
            public Database open() {
                return first.another();
            }

            @Override
            public void close() {}
        };
    }

    static class Rows extends DatabaseRowsConformance {
        @Override
        protected DatabaseFixture fixture() {
            return subject();
        }
    }

    static class Conditions extends DatabaseConditionsConformance {
        @Override
        protected DatabaseFixture fixture() {
            return subject();
        }
    }

    static class Queries extends DatabaseQueriesConformance {
        @Override
        protected DatabaseFixture fixture() {
            return subject();
        }
    }

    static class Transactions extends DatabaseTransactionsConformance {
        @Override
        protected DatabaseFixture fixture() {
            return subject();
        }
    }

    static class Concurrency extends DatabaseConcurrencyConformance {
        @Override
        protected DatabaseFixture fixture() {
            return subject();
        }
    }

    static class Migration extends DatabaseMigrationConformance {
        @Override
        protected DatabaseFixture fixture() {
            return subject();
        }
    }

    static class Limits extends DatabaseLimitsConformance {
        @Override
        protected DatabaseFixture fixture() {
            return subject();
        }
    }

    static class Properties extends DatabaseProperties {
        @Override
        protected DatabaseFixture fixture() {
            return subject();
        }
    }
}
