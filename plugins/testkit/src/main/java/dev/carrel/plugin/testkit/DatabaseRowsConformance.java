/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.plugin.table.Query;
import dev.carrel.plugin.table.RowKey;
import dev.carrel.plugin.table.Table;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rows one at a time: what is written is what is read. */
public abstract class DatabaseRowsConformance extends DatabaseConformance {
    private static final Person FULL = new Person(
            "Ada",
            "analysts",
            36,
            Long.MAX_VALUE,
            true,
            1.65,
            Instant.ofEpochMilli(-1),
            Person.Mood.SO_SO,
            List.of("Charles", "a \"b\", \\ c", ""),
            "first\nsecond\ttab",
            -1,
            Long.MIN_VALUE,
            false,
            -0.1,
            Instant.ofEpochMilli(1),
            Person.Mood.BAD,
            List.of(),
            0);

    private Table<Person> people = new FakeDatabase().open(Person.class);
    private Table<Note> notes = new FakeDatabase().open(Note.class);

    /** For subclasses. */
    protected DatabaseRowsConformance() {}

    @BeforeEach
    final void tables() {
        people = database().open(Person.class);
        notes = database().open(Note.class);
    }

    @Test
    void aRowComesBackAsItWasWritten() {
        assertThat(people.insert(FULL)).contains(FULL.versioned(1));
        assertThat(people.get("Ada")).contains(FULL.versioned(1));
    }

    @Test
    void whatMayBeMissingMayBeMissing() {
        people.insert(Person.named("Nobody"));
        assertThat(people.get("Nobody")).contains(Person.named("Nobody").versioned(1));
    }

    @Test
    void anotherEngineSeesIt() {
        people.insert(FULL);
        assertThat(another().open(Person.class).get("Ada")).contains(FULL.versioned(1));
    }

    @Test
    void whatWasNeverWrittenIsNotThere() {
        people.insert(FULL);
        assertThat(people.get("Bob")).isEmpty();
        assertThat(people.get("ada")).isEmpty();
        assertThat(people.get("Ada ")).isEmpty();
    }

    @Test
    void insertingLeavesATakenKeyAlone() {
        people.insert(FULL);
        assertThat(people.insert(Person.named("Ada"))).isEmpty();
        assertThat(people.get("Ada")).contains(FULL.versioned(1));
    }

    @Test
    void puttingAddsOrOverwrites() {
        people.put(FULL.versioned(17));
        assertThat(people.get("Ada")).contains(FULL.versioned(1));
        people.put(Person.named("Ada").versioned(17));
        assertThat(people.get("Ada")).contains(Person.named("Ada").versioned(2));
    }

    @Test
    void replacingNeedsTheVersionThatIsStored() {
        Person first = people.insert(FULL).orElseThrow();
        assertThat(people.replace(first.aged(37))).contains(FULL.aged(37).versioned(2));
        assertThat(people.replace(first.aged(38))).isEmpty();
        assertThat(people.replace(first.aged(38).versioned(3))).isEmpty();
        assertThat(people.get("Ada")).contains(FULL.aged(37).versioned(2));
    }

    @Test
    void replacingWhatIsNotThereAddsNothing() {
        assertThat(people.replace(FULL)).isEmpty();
        assertThat(people.replace(FULL.versioned(1))).isEmpty();
        assertThat(people.get("Ada")).isEmpty();
        assertThat(notes.replace(Note.of("Ada", "a"))).isEmpty();
        assertThat(notes.get("Ada", "a")).isEmpty();
    }

    @Test
    void replacingByTheSameSucceeds() {
        notes.insert(Note.of("Ada", "a"));
        assertThat(notes.replace(Note.of("Ada", "a"))).contains(Note.of("Ada", "a"));
    }

    @Test
    void bothPartsOfAKeyTellRowsApart() {
        notes.insert(Note.of("Ada", "a").saying("1"));
        notes.insert(Note.of("Ada", "b").saying("2"));
        notes.insert(Note.of("Bob", "a").saying("3"));
        assertThat(notes.insert(Note.of("Bob", "a"))).isEmpty();
        assertThat(notes.get("Ada", "b").map(Note::text)).contains("2");
        assertThat(notes.get(RowKey.of("Bob", "a")).map(Note::text)).contains("3");
        assertThat(notes.get("Bob", "b")).isEmpty();
    }

    @Test
    void deletingSaysWhetherThereWasARow() {
        people.insert(FULL);
        people.insert(Person.named("Bob"));
        assertThat(people.delete(RowKey.of("Ada"))).isTrue();
        assertThat(people.delete(RowKey.of("Ada"))).isFalse();
        assertThat(people.get("Ada")).isEmpty();
        assertThat(people.get("Bob")).isPresent();
    }

    @Test
    void versionsBeginAnewAfterADeletion() {
        people.insert(FULL);
        people.put(FULL);
        people.delete(RowKey.of("Ada"));
        assertThat(people.insert(FULL).map(Person::version)).contains(1L);
    }

    @Test
    void momentsAreCutToMilliseconds() {
        Instant fine = Instant.ofEpochSecond(1, 1_999_999);
        Person stored = people.insert(Person.named("Ada").in("g", fine)).orElseThrow();
        assertThat(stored.born()).isEqualTo(Instant.ofEpochMilli(1001));
        assertThat(people.get("Ada")).contains(stored);
    }

    @Test
    void tablesDoNotMix() {
        people.insert(FULL);
        assertThat(notes.count(Query.all())).isZero();
    }

    @Test
    void itIsHealthyAndHasAName() {
        assertThat(database().health()).isEmpty();
        assertThat(database().name()).isNotBlank();
    }
}
