/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.carrel.plugin.Database;
import dev.carrel.plugin.table.Comparison;
import dev.carrel.plugin.table.DatabaseException;
import dev.carrel.plugin.table.Indexed;
import dev.carrel.plugin.table.Key;
import dev.carrel.plugin.table.Part;
import dev.carrel.plugin.table.Query;
import dev.carrel.plugin.table.Stored;
import dev.carrel.plugin.table.Table;
import dev.carrel.plugin.table.Version;
import dev.carrel.plugin.table.Write;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the other suites do not look at: engines of before and indexes that they have never heard of, and DynamoDB's own limits. */
@Timeout(120)
class GrowthIT {
    private LocalFixture fixture = LocalFixture.shared();

    /** As it was. */
    @Stored(name = "pets")
    record Old(
            @Key String name,
            @Nullable String owner,
            @Version long version) {}

    /** As it is: one index of what was there and what is new, one of what is new. */
    @Stored(name = "pets")
    record New(
            @Key String name,
            @Indexed(name = "of_owner") @Nullable String owner,
            @Indexed(name = "of_owner", part = Part.SORT) int rank,
            @Indexed(name = "of_color") Color color,
            @Version long version) {
        enum Color {
            BROWN,
            WHITE
        }
    }

    @BeforeEach
    void begin() {
        fixture = LocalFixture.shared();
    }

    @AfterEach
    void end() {
        fixture.close();
    }

    private static List<String> named(Table<New> pets, Query query) {
        return pets.query(query).rows().stream().map(New::name).toList();
    }

    @Test
    void whatAnEngineOfBeforeWritesIsFoundByNewIndexes() {
        Database before = fixture.open();
        Table<Old> old = before.open(Old.class);
        old.insert(new Old("Rex", "Ada", 0));
        Table<New> pets = fixture.open().open(New.class);
        pets.replace(new New("Rex", "Ada", 7, New.Color.WHITE, 1));
        pets.insert(new New("Kit", "Ada", 3, New.Color.WHITE, 0));

        old.replace(new Old("Rex", "Bob", 2));
        assertThat(named(pets, Query.ofIndex("of_owner", "Ada"))).containsExactly("Kit");
        assertThat(named(pets, Query.ofIndex("of_owner", "Bob").range(Comparison.eq("rank", 7))))
                .containsExactly("Rex");

        old.put(new Old("Kit", "Bob", 0));
        assertThat(named(pets, Query.ofIndex("of_owner", "Bob"))).containsExactly("Kit", "Rex");

        old.insert(new Old("Ace", "Bob", 0));
        before.transact(List.of(
                Write.insert(old, new Old("Moe", "Bob", 0)),
                Write.put(old, new Old("Kit", "Cid", 0)),
                Write.replace(old, new Old("Rex", "Cid", 3))));
        assertThat(named(pets, Query.ofIndex("of_owner", "Bob"))).containsExactly("Ace", "Moe");
        assertThat(named(pets, Query.ofIndex("of_owner", "Cid"))).containsExactly("Kit", "Rex");
        assertThat(named(pets, Query.ofIndex("of_color", New.Color.BROWN))).containsExactly("Ace", "Moe");
        assertThat(named(pets, Query.ofIndex("of_color", New.Color.WHITE))).containsExactly("Kit", "Rex");
    }

    @Test
    void anEngineOfBeforeIsStillRefusedWhatItShouldBe() {
        Database before = fixture.open();
        Table<Old> old = before.open(Old.class);
        Table<New> pets = fixture.open().open(New.class);
        pets.insert(new New("Rex", "Ada", 7, New.Color.WHITE, 0));
        assertThat(old.replace(new Old("Rex", "Bob", 5))).isEmpty();
        assertThat(old.replace(new Old("Rex", "Bob", 1), Comparison.eq("owner", "Cid")))
                .isEmpty();
        assertThat(old.insert(new Old("Rex", "Bob", 0))).isEmpty();
        assertThat(before.transact(List.of(
                                Write.put(old, new Old("Kit", null, 0)), Write.replace(old, new Old("Rex", "Bob", 5))))
                        .refused())
                .containsExactly(1);
        assertThat(pets.get("Rex")).contains(new New("Rex", "Ada", 7, New.Color.WHITE, 1));
        assertThat(pets.get("Kit")).isEmpty();
    }

    @Test
    void manyRowsOfBeforeAreFoundByNewIndexes() {
        Database before = fixture.open();
        Table<Old> old = before.open(Old.class);
        for (int batch = 0; batch < 3; batch++) {
            int from = batch * 100;
            before.transact(IntStream.range(from, from + 100)
                    .mapToObj(i -> Write.insert(old, new Old("p%03d".formatted(i), i % 2 == 0 ? "Ada" : null, 0)))
                    .toList());
        }
        Table<New> pets = fixture.open().open(New.class);
        assertThat(pets.count(Query.ofIndex("of_owner", "Ada"))).isEqualTo(150);
        assertThat(pets.count(Query.ofIndex("of_color", New.Color.BROWN))).isEqualTo(300);
        assertThat(pets.get("p000").map(New::version)).contains(1L);
    }

    @Test
    void aTransactionThatDynamoDbCannotTakeIsRefusedInPlainWords() {
        @Stored(name = "sheets")
        record Sheet(@Key String name, String text) {}
        Database database = fixture.open();
        Table<Sheet> sheets = database.open(Sheet.class);
        List<Write> writes = IntStream.range(0, 20)
                .mapToObj(i -> Write.insert(sheets, new Sheet("s" + i, "x".repeat(200_000))))
                .toList();
        assertThatExceptionOfType(DatabaseException.class)
                .isThrownBy(() -> database.transact(writes))
                .withMessageContainingAll("20 writes", "at most 3500000")
                .matches(e -> !e.retryable());
        assertThat(sheets.count(Query.all())).isZero();
        assertThat(database.transact(writes.subList(0, 17)).done()).isTrue();
        assertThat(sheets.count(Query.all())).isEqualTo(17);
        assertThat(sheets.query(Query.all().limit(1000)).rows()).hasSize(17);
    }

    @Test
    void realNumbersAreComparedAsNumbers() {
        @Stored(name = "numbers")
        record Measure(@Key String name, @Key(Part.SORT) long number, double real) {}
        Database database = fixture.open();
        Table<Measure> numbers = database.open(Measure.class);
        List<Double> reals = List.of(-Double.MAX_VALUE, -2.5, -1e-300, 0.0, 1e-300, 2.5, Double.MAX_VALUE);
        database.transact(IntStream.range(0, reals.size())
                .mapToObj(i -> Write.insert(numbers, new Measure("n", i, reals.get(i))))
                .toList());
        for (double real : reals) {
            assertThat(numbers.count(Query.of("n").filter(Comparison.lt("real", real))))
                    .isEqualTo(reals.indexOf(real));
            assertThat(numbers.count(Query.of("n").filter(Comparison.ge("real", real))))
                    .isEqualTo(reals.size() - reals.indexOf(real));
        }
    }
}
