/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.carrel.plugin.testkit.FakeDatabase.Fault;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/** The kit passes a database that is right and fails each that is wrong. */
class KitTest {
    private static final List<Class<?>> SUITES = List.of(
            Subjects.Rows.class,
            Subjects.Conditions.class,
            Subjects.Queries.class,
            Subjects.Transactions.class,
            Subjects.Concurrency.class,
            Subjects.Migration.class,
            Subjects.Limits.class,
            Subjects.Properties.class);

    private static final Map<Fault, Class<?>> CAUGHT_BY = Map.ofEntries(
            Map.entry(Fault.LIMIT_IGNORED, Subjects.Queries.class),
            Map.entry(Fault.PREFIX_IS_PATTERN, Subjects.Conditions.class),
            Map.entry(Fault.ORDER_OF_CHARS, Subjects.Properties.class),
            Map.entry(Fault.BETWEEN_WITHOUT_END, Subjects.Conditions.class),
            Map.entry(Fault.NULL_IS_LESS, Subjects.Conditions.class),
            Map.entry(Fault.NULLS_IN_INDEX, Subjects.Queries.class),
            Map.entry(Fault.CURSOR_REPEATS_LAST, Subjects.Queries.class),
            Map.entry(Fault.COUNT_LIMITED, Subjects.Queries.class),
            Map.entry(Fault.INSERT_OVERWRITES, Subjects.Rows.class),
            Map.entry(Fault.INSERT_RACES, Subjects.Concurrency.class),
            Map.entry(Fault.VERSION_IGNORED, Subjects.Rows.class),
            Map.entry(Fault.CONDITION_IGNORED, Subjects.Conditions.class),
            Map.entry(Fault.HALF_TRANSACTIONS, Subjects.Transactions.class),
            Map.entry(Fault.FIRST_REFUSAL_ONLY, Subjects.Transactions.class),
            Map.entry(Fault.UNKNOWN_COLUMNS_LOST, Subjects.Migration.class),
            Map.entry(Fault.TYPES_UNCHECKED, Subjects.Migration.class),
            Map.entry(Fault.CASE_IGNORED, Subjects.Rows.class),
            Map.entry(Fault.TRAILING_SPACE_LOST, Subjects.Limits.class));

    @AfterEach
    void mend() {
        Subjects.faults = EnumSet.noneOf(Fault.class);
    }

    private static Events run(Class<?> suite) {
        String engine = DatabaseProperties.class.isAssignableFrom(suite) ? "jqwik" : "junit-jupiter";
        return EngineTestKit.engine(engine)
                .selectors(selectClass(suite))
                .execute()
                .testEvents();
    }

    static Stream<Class<?>> suites() {
        return SUITES.stream();
    }

    @ParameterizedTest
    @MethodSource("suites")
    void aRightDatabasePasses(Class<?> suite) {
        Events events = run(suite);
        assertThat(events.succeeded().count()).as("tests of " + suite).isGreaterThanOrEqualTo(3);
        assertThat(events.failed().list()).isEmpty();
        assertThat(events.skipped().count()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void aWrongDatabaseFails(Fault fault) {
        Subjects.faults = EnumSet.of(fault);
        assertThat(run(CAUGHT_BY.get(fault)).failed().count()).isPositive();
    }

    @Test
    void everyFaultHasItsSuite() {
        assertThat(CAUGHT_BY.keySet()).containsExactlyInAnyOrder(Fault.values());
    }
}
