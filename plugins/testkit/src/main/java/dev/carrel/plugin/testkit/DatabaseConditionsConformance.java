/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import static dev.carrel.plugin.table.Comparison.beginsWith;
import static dev.carrel.plugin.table.Comparison.between;
import static dev.carrel.plugin.table.Comparison.eq;
import static dev.carrel.plugin.table.Comparison.ge;
import static dev.carrel.plugin.table.Comparison.gt;
import static dev.carrel.plugin.table.Comparison.le;
import static dev.carrel.plugin.table.Comparison.lt;
import static dev.carrel.plugin.table.Comparison.ne;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.carrel.plugin.table.Comparison;
import dev.carrel.plugin.table.Query;
import dev.carrel.plugin.table.RowKey;
import dev.carrel.plugin.table.Table;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The eight operators, in conditions of writes and in filters. */
public abstract class DatabaseConditionsConformance extends DatabaseConformance {
    private Table<Person> people = new FakeDatabase().open(Person.class);

    /** For subclasses. */
    protected DatabaseConditionsConformance() {}

    @BeforeEach
    final void rows() {
        people = database().open(Person.class);
        people.insert(person("a", 1, "note", 1));
        people.insert(person("b", 2, "Note", 2));
        people.insert(person("c", 3, "not", null));
        people.insert(person("d", 4, null, 4));
        people.insert(person("e", 5, "", null));
    }

    private static Person person(
            String name,
            int age,
            @org.jspecify.annotations.Nullable String note,
            @org.jspecify.annotations.Nullable Integer room) {
        return Person.named(name).aged(age).noted(note).inRoom(room).in(null, Instant.ofEpochMilli(age * 1000L));
    }

    private Set<String> found(Comparison... all) {
        Set<String> names = readAll(people, Query.all().filter(all)).stream()
                .map(Person::name)
                .collect(Collectors.toSet());
        assertThat(people.count(Query.all().filter(all))).isEqualTo(names.size());
        return names;
    }

    @Test
    void equality() {
        assertThat(found(eq("age", 3))).containsExactly("c");
        assertThat(found(eq("note", "note"))).containsExactly("a");
        assertThat(found(eq("note", ""))).containsExactly("e");
        assertThat(found(eq("note", "note "))).isEmpty();
        assertThat(found(eq("born", Instant.ofEpochSecond(2)))).containsExactly("b");
        assertThat(found(eq("mood", Person.Mood.GOOD))).hasSize(5);
        assertThat(found(eq("admin", true))).isEmpty();
        assertThat(found(eq("height", 0.0))).hasSize(5);
    }

    @Test
    void inequalityIsTrueOfNull() {
        assertThat(found(ne("age", 3))).containsExactlyInAnyOrder("a", "b", "d", "e");
        assertThat(found(ne("note", "note"))).containsExactlyInAnyOrder("b", "c", "d", "e");
        assertThat(found(ne("room", 2))).containsExactlyInAnyOrder("a", "c", "d", "e");
    }

    @Test
    void nullIsAskedForByEquality() {
        assertThat(found(eq("note", null))).containsExactly("d");
        assertThat(found(ne("note", null))).containsExactlyInAnyOrder("a", "b", "c", "e");
        assertThat(found(eq("room", null))).containsExactlyInAnyOrder("c", "e");
        assertThat(found(eq("wishes", null))).hasSize(5);
        assertThat(found(ne("friends", null))).hasSize(5);
    }

    @Test
    void order() {
        assertThat(found(lt("age", 3))).containsExactlyInAnyOrder("a", "b");
        assertThat(found(le("age", 3))).containsExactlyInAnyOrder("a", "b", "c");
        assertThat(found(gt("age", 3))).containsExactlyInAnyOrder("d", "e");
        assertThat(found(ge("age", 3))).containsExactlyInAnyOrder("c", "d", "e");
        assertThat(found(lt("note", "not"))).containsExactlyInAnyOrder("b", "e");
        assertThat(found(gt("note", "not"))).containsExactly("a");
    }

    @Test
    void nullIsNeitherLessNorGreater() {
        assertThat(found(lt("room", 1000))).containsExactlyInAnyOrder("a", "b", "d");
        assertThat(found(gt("room", -1000))).containsExactlyInAnyOrder("a", "b", "d");
        assertThat(found(between("room", -1000, 1000))).containsExactlyInAnyOrder("a", "b", "d");
        assertThat(found(beginsWith("note", ""))).containsExactlyInAnyOrder("a", "b", "c", "e");
    }

    @Test
    void betweenHasBothEnds() {
        assertThat(found(between("age", 2, 4))).containsExactlyInAnyOrder("b", "c", "d");
        assertThat(found(between("age", 3, 3))).containsExactly("c");
        assertThat(found(between("age", 4, 2))).isEmpty();
        assertThat(found(between("note", "N", "not"))).containsExactlyInAnyOrder("b", "c");
    }

    @Test
    void beginningsAreExact() {
        assertThat(found(beginsWith("note", "not"))).containsExactlyInAnyOrder("a", "c");
        assertThat(found(beginsWith("note", "n_t"))).isEmpty();
        assertThat(found(beginsWith("note", "%"))).isEmpty();
        assertThat(found(beginsWith("note", "N"))).containsExactly("b");
    }

    @Test
    void everyComparisonMustHold() {
        assertThat(found(gt("age", 1), lt("age", 5), ne("room", null))).containsExactlyInAnyOrder("b", "d");
        assertThat(found(eq("age", 1), eq("age", 2))).isEmpty();
    }

    @Test
    void aReplacementHappensOnlyWhenItsConditionHolds() {
        Person a = people.get("a").orElseThrow();
        assertThat(people.replace(a.aged(10), eq("age", 2))).isEmpty();
        assertThat(people.replace(a.aged(10), eq("age", 1), eq("note", null))).isEmpty();
        assertThat(people.get("a")).contains(a);
        assertThat(people.replace(a.aged(10), eq("age", 1), beginsWith("note", "no")))
                .contains(a.aged(10).versioned(2));
    }

    @Test
    void aDeletionHappensOnlyWhenItsConditionHolds() {
        assertThat(people.delete(RowKey.of("a"), gt("age", 1))).isFalse();
        assertThat(people.delete(RowKey.of("d"), ne("note", null))).isFalse();
        assertThat(people.count(Query.all())).isEqualTo(5);
        assertThat(people.delete(RowKey.of("d"), eq("note", null), between("room", 4, 4)))
                .isTrue();
        assertThat(people.get("d")).isEmpty();
    }

    @Test
    void whatDoesNotFitTheTableIsRefused() {
        for (Comparison wrong : List.of(
                eq("nothing", 1),
                eq("age", "1"),
                eq("mood", Thread.State.NEW),
                lt("friends", List.of()),
                beginsWith("age", "1"),
                new Comparison("age", dev.carrel.plugin.table.Operator.LT, null, null),
                new Comparison("age", dev.carrel.plugin.table.Operator.LT, 1, 2))) {
            assertThatIllegalArgumentException()
                    .as(wrong.toString())
                    .isThrownBy(() -> people.query(Query.all().filter(wrong)))
                    .withMessageContaining(wrong.component());
            assertThatIllegalArgumentException()
                    .as(wrong.toString())
                    .isThrownBy(() -> people.delete(RowKey.of("a"), wrong));
        }
    }
}
