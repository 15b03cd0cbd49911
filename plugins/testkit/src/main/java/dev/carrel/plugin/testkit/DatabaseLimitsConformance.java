/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import static dev.carrel.plugin.table.Comparison.beginsWith;
import static dev.carrel.plugin.table.Comparison.eq;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.carrel.plugin.table.Comparison;
import dev.carrel.plugin.table.Limits;
import dev.carrel.plugin.table.Query;
import dev.carrel.plugin.table.RowKey;
import dev.carrel.plugin.table.Table;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The greatest, the least, and texts that mean something elsewhere. */
public abstract class DatabaseLimitsConformance extends DatabaseConformance {
    private static final List<String> HARD = List.of(
            "%",
            "_",
            "a%b",
            "\\",
            "\\%",
            "'",
            "''; drop table notes; --",
            "\"",
            "`",
            "a ",
            " a",
            "a",
            "A",
            "\t",
            "\n",
            "\r\n",
            "?",
            ":name",
            "$1",
            "{0}",
            "null",
            "é",
            "e\u0301",
            "ß",
            "ss",
            "İ",
            "ı",
            "\u200B",
            "\uFFFD",
            "\uFFFF",
            "\uE000",
            "\uD83D\uDE00",
            "\uDBFF\uDFFD",
            "\u0001",
            "\u007F",
            "\u0080",
            "[",
            "^",
            "*",
            "(",
            "/*",
            "@");

    private Table<Person> people = new FakeDatabase().open(Person.class);
    private Table<Note> notes = new FakeDatabase().open(Note.class);

    /** For subclasses. */
    protected DatabaseLimitsConformance() {}

    @BeforeEach
    final void tables() {
        people = database().open(Person.class);
        notes = database().open(Note.class);
    }

    @Test
    void everyTextIsItself() {
        for (String text : HARD) {
            assertThat(notes.insert(new Note(text, text, text, 1L, text)))
                    .as(text)
                    .isPresent();
        }
        for (String text : HARD) {
            Note expected = new Note(text, text, text, 1L, text);
            assertThat(notes.get(text, text)).as(text).contains(expected);
            assertThat(notes.query(Query.of(text)).rows()).as(text).containsExactly(expected);
            assertThat(notes.query(Query.ofIndex("of_tag", text)).rows())
                    .as(text)
                    .containsExactly(expected);
            assertThat(notes.query(Query.all().filter(eq("text", text))).rows())
                    .as(text)
                    .containsExactly(expected);
            assertThat(notes.query(Query.all().filter(beginsWith("text", text))).rows())
                    .as(text)
                    .containsExactlyInAnyOrderElementsOf(HARD.stream()
                            .filter(t -> t.startsWith(text))
                            .map(t -> new Note(t, t, t, 1L, t))
                            .toList());
        }
        assertThat(notes.count(Query.all())).isEqualTo(HARD.size());
    }

    @Test
    void listsKeepEveryText() {
        Person person = new Person(
                "Ada",
                null,
                0,
                0,
                false,
                0,
                Instant.EPOCH,
                Person.Mood.GOOD,
                HARD,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                List.of("", "[]", ","),
                1);
        people.insert(person);
        assertThat(people.get("Ada")).contains(person);
    }

    @Test
    void numbersAndMomentsKeepTheirEnds() {
        for (long end : new long[] {Long.MIN_VALUE, Long.MAX_VALUE, 1L << 53, (1L << 53) + 1}) {
            for (double height : new double[] {Double.MAX_VALUE, -Double.MAX_VALUE, 1e-300, 0.1 + 0.2}) {
                Person person = new Person(
                        "Ada",
                        "g",
                        (int) end,
                        end,
                        true,
                        height,
                        Instant.ofEpochMilli(end),
                        Person.Mood.GOOD,
                        List.of(),
                        null,
                        Integer.MIN_VALUE,
                        end,
                        true,
                        -height,
                        Instant.ofEpochMilli(end),
                        null,
                        null,
                        0);
                people.delete(RowKey.of("Ada"));
                people.insert(person);
                assertThat(people.get("Ada")).contains(person.versioned(1));
                assertThat(people.count(Query.all().filter(eq("order", end), eq("height", height))))
                        .isEqualTo(1);
            }
        }
    }

    @Test
    void negativeZeroIsZero() {
        Person zero = new Person(
                "Ada",
                null,
                0,
                0,
                false,
                -0.0,
                Instant.EPOCH,
                Person.Mood.GOOD,
                List.of(),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                0);
        assertThat(people.insert(zero).map(Person::height)).contains(0.0);
        assertThat(people.get("Ada").map(Person::height)).contains(0.0);
    }

    @Test
    void theLongestKeysFit() {
        String ascii = "k".repeat(Limits.KEY_BYTES);
        String wide = "\uD83D\uDE00".repeat(Limits.KEY_BYTES / 4);
        for (String key : List.of(ascii, wide)) {
            Note note = new Note(key, key, key, 1L, "");
            assertThat(notes.insert(note)).isPresent();
            assertThat(notes.get(key, key)).contains(note);
            assertThat(notes.query(Query.ofIndex("of_tag", key)).rows()).containsExactly(note);
            Note almost = new Note(key, key.substring(0, key.length() - 2) + "zz", key, 1L, "");
            assertThat(notes.insert(almost)).isPresent();
            assertThat(readAll(notes, Query.of(key).limit(1))).hasSize(2);
        }
    }

    @Test
    void longerAndEmptyKeysAreRefused() {
        String long1 = "k".repeat(Limits.KEY_BYTES + 1);
        String long2 = "é".repeat(Limits.KEY_BYTES / 2) + "e";
        for (String key : List.of("", long1, long2)) {
            refused("owner", () -> notes.insert(Note.of(key, "a")));
            refused("title", () -> notes.put(Note.of("a", key)));
            refused("tag", () -> notes.replace(new Note("a", "a", key, 1L, "")));
            refused("owner", () -> notes.get(key, "a"));
            refused("owner", () -> notes.delete(RowKey.of(key, "a")));
            refused("tag", () -> notes.query(Query.ofIndex("of_tag", key)));
        }
        refused("key", () -> notes.get("a"));
        refused("key", () -> people.get("a", "b"));
        assertThat(notes.count(Query.all())).isZero();
    }

    @Test
    void theLargestRowFitsAndALargerOneIsRefused() {
        String large = "é".repeat((Limits.ROW_BYTES - 10) / 2 - 10);
        notes.insert(Note.of("a", "a").saying(large));
        assertThat(notes.get("a", "a").map(Note::text)).contains(large);
        refused("notes", () -> notes.put(Note.of("a", "a").saying("x".repeat(Limits.ROW_BYTES))));
        assertThat(notes.get("a", "a").map(Note::text)).contains(large);
    }

    @Test
    void whatSomeDatabaseCannotKeepIsRefused() {
        for (String text : List.of("a\u0000b", "\uD83D", "\uDE00\uD83D", "a\uDE00")) {
            refused("text", () -> notes.insert(Note.of("a", "a").saying(text)));
            refused("owner", () -> notes.get(text, "a"));
            refused("text", () -> notes.query(Query.all().filter(eq("text", text))));
            refused("text", () -> notes.query(Query.all().filter(beginsWith("text", text))));
        }
        for (double height : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
            refused("height", () -> people.query(Query.all().filter(eq("height", height))));
        }
        refused("born", () -> people.insert(Person.named("a").in(null, Instant.MAX)));
        assertThat(people.count(Query.all())).isZero();
    }

    @Test
    void pagesAndConditionsHaveTheirLimits() {
        for (int limit : new int[] {0, -1, Limits.PAGE + 1}) {
            refused("limit", () -> Query.all().limit(limit));
        }
        assertThat(people.query(Query.all().limit(Limits.PAGE)).rows()).isEmpty();
        List<Comparison> many = Collections.nCopies(Limits.COMPARISONS, eq("age", 0));
        Person ada = people.insert(Person.named("Ada")).orElseThrow();
        assertThat(people.replace(ada, many.toArray(Comparison[]::new))).isPresent();
        refused(
                "comparisons",
                () -> people.replace(
                        ada,
                        Collections.nCopies(Limits.COMPARISONS + 1, eq("age", 0))
                                .toArray(Comparison[]::new)));
    }

    private static void refused(String what, Runnable call) {
        assertThatIllegalArgumentException().isThrownBy(call::run).withMessageContaining(what);
    }
}
