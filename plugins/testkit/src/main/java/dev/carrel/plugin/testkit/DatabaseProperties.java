/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.plugin.table.Comparison;
import dev.carrel.plugin.table.Operator;
import dev.carrel.plugin.table.Query;
import dev.carrel.plugin.table.Table;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;

/** Whatever the texts, ranges and pages: the subject answers as {@link FakeDatabase} does. Run by jqwik, not by Jupiter. */
public abstract class DatabaseProperties {
    private DatabaseFixture fixture = new DatabaseFixture() {
        @Override
        public dev.carrel.plugin.Database open() {
            throw new IllegalStateException("not begun");
        }

        @Override
        public void close() {}
    };
    private Table<Note> subject = new FakeDatabase().open(Note.class);
    private Table<Note> model = subject;
    private int tries;

    /** For subclasses. */
    protected DatabaseProperties() {}

    /** The subject: a database without tables. */
    protected abstract DatabaseFixture fixture();

    @BeforeProperty
    final void open() {
        fixture = fixture();
        subject = fixture.open().open(Note.class);
        model = new FakeDatabase().open(Note.class);
    }

    @AfterProperty
    final void close() {
        fixture.close();
    }

    /** Short texts of characters that are special somewhere, so that they often begin alike. */
    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.of(
                        "a",
                        "A",
                        "b",
                        "%",
                        "_",
                        "\\",
                        "'",
                        "\"",
                        " ",
                        "é",
                        "e\u0301",
                        "\u0001",
                        "\u007F",
                        "\uD7FF",
                        "\uE000",
                        "\uFFFD",
                        "\uFFFF",
                        "\uD800\uDC00",
                        "\uD83D\uDE00",
                        "\uDBFF\uDFFF")
                .list()
                .ofMinSize(1)
                .ofMaxSize(3)
                .map(parts -> String.join("", parts));
    }

    /** Rows, some with equal ranks. */
    @Provide
    Arbitrary<List<Note>> rows() {
        Arbitrary<Long> ranks = Arbitraries.of(-1L, 0L, 1L, 2L, Long.MAX_VALUE).injectNull(0.2);
        return Combinators.combine(texts(), ranks, texts())
                .as((title, rank, text) -> new Note("?", title, "?", rank, text))
                .list()
                .ofMaxSize(25);
    }

    /** A range of titles. */
    @Provide
    Arbitrary<Comparison> ranges() {
        return Combinators.combine(Arbitraries.of(Operator.class), texts(), texts())
                .as((operator, from, to) ->
                        new Comparison("title", operator, from, operator == Operator.BETWEEN ? to : null))
                .filter(c -> c.operator() != Operator.NE);
    }

    /** A filter of texts. */
    @Provide
    Arbitrary<Comparison> filters() {
        return Combinators.combine(Arbitraries.of(Operator.class), texts(), texts())
                .as((operator, from, to) ->
                        new Comparison("text", operator, from, operator == Operator.BETWEEN ? to : null));
    }

    /** Puts rows into a partition of their own, the same in subject and model. */
    private String stored(List<Note> rows) {
        String partition = "try " + tries++;
        Set<String> titles = new HashSet<>();
        for (Note row : rows) {
            Note own = new Note(partition, row.title(), partition, row.rank(), row.text());
            boolean isNew = titles.add(row.title());
            assertThat(subject.insert(own).isPresent()).as(row.toString()).isEqualTo(isNew);
            model.insert(own);
        }
        return partition;
    }

    private void sameAnswer(Query query) {
        List<Note> expected = DatabaseConformance.readAll(model, query.limit(100));
        assertThat(DatabaseConformance.readAll(subject, query))
                .as(query.toString())
                .isEqualTo(expected);
        assertThat(subject.count(query)).as(query.toString()).isEqualTo(expected.size());
    }

    @Property(tries = 40)
    void rangesOfTheKey(
            @ForAll("rows") List<Note> rows,
            @ForAll("ranges") Comparison range,
            @ForAll("limits") int limit,
            @ForAll boolean backwards) {
        Query query = Query.of(stored(rows)).range(range).limit(limit);
        sameAnswer(backwards ? query.backwards() : query);
    }

    @Property(tries = 40)
    void filtersAndOrder(
            @ForAll("rows") List<Note> rows,
            @ForAll("filters") Comparison filter,
            @ForAll("limits") int limit,
            @ForAll boolean backwards) {
        Query query = Query.of(stored(rows)).filter(filter).limit(limit);
        sameAnswer(backwards ? query.backwards() : query);
    }

    @Property(tries = 40)
    void indexes(
            @ForAll("rows") List<Note> rows,
            @ForAll("ranks") Optional<Long> least,
            @ForAll("limits") int limit,
            @ForAll boolean backwards) {
        Query all = Query.ofIndex("of_tag", stored(rows)).limit(limit);
        Query query = least.map(l -> all.range(Comparison.ge("rank", l))).orElse(all);
        sameAnswer(backwards ? query.backwards() : query);
    }

    /** Sizes of pages. */
    @Provide
    Arbitrary<Integer> limits() {
        return Arbitraries.integers().between(1, 10);
    }

    /** Least ranks. */
    @Provide
    Arbitrary<Optional<Long>> ranks() {
        return Arbitraries.of(-1L, 0L, 1L, 2L, Long.MAX_VALUE).optional();
    }
}
