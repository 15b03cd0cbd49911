/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import static dev.carrel.plugin.table.Comparison.eq;
import static dev.carrel.plugin.table.Comparison.gt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.carrel.plugin.Database;
import dev.carrel.plugin.table.Outcome;
import dev.carrel.plugin.table.Query;
import dev.carrel.plugin.table.RowKey;
import dev.carrel.plugin.table.Table;
import dev.carrel.plugin.table.Write;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Several writes, all or nothing. */
public abstract class DatabaseTransactionsConformance extends DatabaseConformance {
    private Table<Person> people = new FakeDatabase().open(Person.class);
    private Table<Note> notes = new FakeDatabase().open(Note.class);

    /** For subclasses. */
    protected DatabaseTransactionsConformance() {}

    @BeforeEach
    final void tables() {
        people = database().open(Person.class);
        notes = database().open(Note.class);
    }

    @Test
    void everyKindOfWriteIsDone() {
        Person replaced = people.insert(Person.named("replaced")).orElseThrow();
        List.of("deleted", "discarded", "checked", "overwritten")
                .forEach(n -> people.insert(Person.named(n).aged(5)));
        Outcome outcome = database()
                .transact(List.of(
                        Write.insert(people, Person.named("inserted").versioned(9)),
                        Write.put(people, Person.named("added").versioned(9)),
                        Write.put(people, Person.named("overwritten").aged(6)),
                        Write.replace(people, replaced.aged(7), eq("age", 0)),
                        Write.delete(people, RowKey.of("deleted"), gt("age", 4)),
                        Write.discard(people, RowKey.of("discarded")),
                        Write.discard(people, RowKey.of("never there")),
                        Write.check(people, RowKey.of("checked"), eq("age", 5)),
                        Write.insert(notes, Note.of("Ada", "a"))));
        assertThat(outcome.done()).isTrue();
        assertThat(outcome.refused()).isEmpty();
        assertThat(readAll(people, Query.all()))
                .containsExactlyInAnyOrder(
                        Person.named("inserted").versioned(1),
                        Person.named("added").versioned(1),
                        Person.named("overwritten").aged(6).versioned(2),
                        Person.named("replaced").aged(7).versioned(2),
                        Person.named("checked").aged(5).versioned(1));
        assertThat(notes.get("Ada", "a")).isPresent();
    }

    @Test
    void oneRefusalUndoesAll() {
        people.insert(Person.named("a"));
        Outcome outcome = database()
                .transact(List.of(
                        Write.insert(people, Person.named("z")),
                        Write.insert(people, Person.named("a").aged(1)),
                        Write.insert(notes, Note.of("Ada", "a"))));
        assertThat(outcome.done()).isFalse();
        assertThat(outcome.refused()).containsExactly(1);
        assertThat(readAll(people, Query.all()))
                .containsExactly(Person.named("a").versioned(1));
        assertThat(notes.count(Query.all())).isZero();
    }

    @Test
    void everyRefusedWriteIsNamed() {
        Person a = people.insert(Person.named("a").aged(1)).orElseThrow();
        notes.insert(Note.of("Ada", "a"));
        Outcome outcome = database()
                .transact(List.of(
                        Write.put(people, Person.named("fine")),
                        Write.delete(people, RowKey.of("missing")),
                        Write.check(people, RowKey.of("not there")),
                        Write.replace(people, a.versioned(2)),
                        Write.replace(people, Person.named("nobody")),
                        Write.insert(notes, Note.of("Ada", "a")),
                        Write.insert(notes, Note.of("Ada", "b"))));
        assertThat(outcome.refused()).containsExactly(1, 2, 3, 4, 5);
        assertThat(people.get("fine")).isEmpty();
        assertThat(notes.get("Ada", "b")).isEmpty();
        assertThat(people.get("a")).contains(a);
    }

    @Test
    void conditionsAreOnTheRowBeforeTheWrite() {
        Person a = people.insert(Person.named("a").aged(1)).orElseThrow();
        assertThat(database()
                        .transact(List.of(Write.replace(people, a.aged(2), eq("age", 2))))
                        .refused())
                .containsExactly(0);
        assertThat(database()
                        .transact(List.of(Write.check(people, RowKey.of("a"), eq("age", 2))))
                        .refused())
                .containsExactly(0);
        assertThat(database()
                        .transact(List.of(Write.delete(people, RowKey.of("a"), eq("age", 2))))
                        .refused())
                .containsExactly(0);
        assertThat(database()
                        .transact(List.of(Write.replace(people, a.aged(2), eq("age", 1))))
                        .done())
                .isTrue();
        assertThat(people.get("a")).contains(a.aged(2).versioned(2));
    }

    @Test
    void aHundredWritesAreDoneAndMoreRefused() {
        List<Write> hundred = IntStream.range(0, 100)
                .mapToObj(i -> Write.insert(people, Person.named("p" + i)))
                .toList();
        assertThat(database().transact(hundred).done()).isTrue();
        assertThat(people.count(Query.all())).isEqualTo(100);
        List<Write> more = IntStream.range(0, 101)
                .mapToObj(i -> Write.put(people, Person.named("q" + i)))
                .toList();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> database().transact(more))
                .withMessageContaining("100");
        assertThatIllegalArgumentException().isThrownBy(() -> database().transact(List.of()));
        assertThat(people.count(Query.all())).isEqualTo(100);
    }

    @Test
    void twoWritesAboutOneRowAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> database()
                        .transact(List.of(
                                Write.insert(notes, Note.of("Ada", "a")),
                                Write.discard(notes, RowKey.of("Ada", "a")))));
        assertThat(notes.count(Query.all())).isZero();
    }

    @Test
    void aTableOfAnotherDatabaseIsRefused() {
        Database other = another();
        Table<Person> foreign = other.open(Person.class);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> database().transact(List.of(Write.insert(foreign, Person.named("a")))));
        assertThat(people.count(Query.all())).isZero();
    }

    @Test
    void aRowThatDoesNotFitStopsAllBeforeAnythingIsWritten() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> database()
                        .transact(List.of(
                                Write.insert(people, Person.named("a")), Write.insert(people, Person.named("")))));
        assertThat(people.count(Query.all())).isZero();
    }

    @Test
    void whatIsRestoredKeepsItsVersion() {
        people.insert(Person.named("a"));
        Outcome outcome = database()
                .transact(List.of(
                        new Write.Restore<>(people, Person.named("a").aged(1).versioned(7)),
                        new Write.Restore<>(people, Person.named("b").versioned(9)),
                        new Write.Restore<>(notes, Note.of("Ada", "a"))));
        assertThat(outcome.done()).isTrue();
        assertThat(readAll(people, Query.all()))
                .containsExactlyInAnyOrder(
                        Person.named("a").aged(1).versioned(7),
                        Person.named("b").versioned(9));
        assertThat(notes.get("Ada", "a")).isPresent();
    }
}
