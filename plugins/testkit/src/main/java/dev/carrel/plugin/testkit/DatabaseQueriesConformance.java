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

import dev.carrel.plugin.table.Page;
import dev.carrel.plugin.table.Query;
import dev.carrel.plugin.table.RowKey;
import dev.carrel.plugin.table.Table;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Queries by key and by index, their order, their pages. */
public abstract class DatabaseQueriesConformance extends DatabaseConformance {
    private Table<Note> notes = new FakeDatabase().open(Note.class);

    /** For subclasses. */
    protected DatabaseQueriesConformance() {}

    @BeforeEach
    final void table() {
        notes = database().open(Note.class);
    }

    private void add(String owner, String title, @Nullable String tag, @Nullable Long rank) {
        notes.insert(new Note(owner, title, tag, rank, ""));
    }

    private List<String> titles(Query query) {
        List<String> titles = readAll(notes, query).stream().map(Note::title).toList();
        assertThat(notes.count(query)).isEqualTo(titles.size());
        for (int limit : new int[] {1, 2, 3, 7}) {
            assertThat(readAll(notes, query.limit(limit)).stream().map(Note::title))
                    .as("pages of " + limit)
                    .containsExactlyElementsOf(titles);
        }
        return titles;
    }

    @Test
    void aPartitionComesInTheOrderOfItsSortComponent() {
        for (String title : List.of("b", "\uD83D\uDE00", "a", "\uFFFD", "B", "aa", "é", "a b")) {
            add("Ada", title, null, null);
        }
        add("Bob", "c", null, null);
        List<String> ordered = List.of("B", "a", "a b", "aa", "b", "é", "\uFFFD", "\uD83D\uDE00");
        assertThat(titles(Query.of("Ada"))).containsExactlyElementsOf(ordered);
        assertThat(titles(Query.of("Ada").backwards())).containsExactlyElementsOf(ordered.reversed());
        assertThat(titles(Query.of("Cid"))).isEmpty();
    }

    @Test
    void aRangeIsPartOfAPartition() {
        for (String title : List.of("a", "ab", "abc", "b", "ba", "c")) {
            add("Ada", title, null, null);
            add("Bob", title, null, null);
        }
        Query ada = Query.of("Ada");
        assertThat(titles(ada.range(eq("title", "ab")))).containsExactly("ab");
        assertThat(titles(ada.range(lt("title", "b")))).containsExactly("a", "ab", "abc");
        assertThat(titles(ada.range(le("title", "b")))).containsExactly("a", "ab", "abc", "b");
        assertThat(titles(ada.range(gt("title", "b")))).containsExactly("ba", "c");
        assertThat(titles(ada.range(ge("title", "b")))).containsExactly("b", "ba", "c");
        assertThat(titles(ada.range(between("title", "ab", "b")))).containsExactly("ab", "abc", "b");
        assertThat(titles(ada.range(beginsWith("title", "ab")))).containsExactly("ab", "abc");
        assertThat(titles(ada.range(beginsWith("title", "b")).backwards())).containsExactly("ba", "b");
    }

    @Test
    void anIndexComesInTheOrderOfItsSortComponentAndThenOfTheKey() {
        add("Bob", "x", "red", 2L);
        add("Ada", "y", "red", 2L);
        add("Ada", "x", "red", 2L);
        add("Cid", "z", "red", -1L);
        add("Cid", "w", "red", 10L);
        add("Cid", "v", "blue", 1L);
        Query red = Query.ofIndex("of_tag", "red");
        assertThat(titles(red)).containsExactly("z", "x", "y", "x", "w");
        assertThat(titles(red.backwards())).containsExactly("w", "x", "y", "x", "z");
        assertThat(titles(red.range(eq("rank", 2L)))).containsExactly("x", "y", "x");
        assertThat(titles(red.range(gt("rank", 2L)))).containsExactly("w");
        assertThat(titles(red.range(between("rank", -5L, 2L)))).containsExactly("z", "x", "y", "x");
        assertThat(titles(Query.ofIndex("of_tag", "green"))).isEmpty();
    }

    @Test
    void rowsWithoutAPartOfAnIndexAreNotInIt() {
        add("Ada", "1", "red", 1L);
        add("Ada", "2", "red", null);
        add("Ada", "3", null, 1L);
        assertThat(titles(Query.ofIndex("of_tag", "red"))).containsExactly("1");
        assertThat(titles(Query.ofIndex("of_shelf", "red"))).containsExactly("1", "2");
    }

    @Test
    void indexesFollowChanges() {
        add("Ada", "1", "red", 1L);
        notes.replace(new Note("Ada", "1", "blue", 5L, "moved"));
        assertThat(titles(Query.ofIndex("of_tag", "red"))).isEmpty();
        assertThat(titles(Query.ofIndex("of_tag", "blue").range(gt("rank", 4L))))
                .containsExactly("1");
        notes.delete(RowKey.of("Ada", "1"));
        assertThat(titles(Query.ofIndex("of_tag", "blue"))).isEmpty();
    }

    @Test
    void aFilterLeavesOutRowsButNotTheirTurn() {
        for (int i = 0; i < 20; i++) {
            notes.insert(new Note("Ada", "t%02d".formatted(i), "red", (long) i, i % 5 == 0 ? "yes" : "no"));
        }
        assertThat(titles(Query.of("Ada").filter(eq("text", "yes")))).containsExactly("t00", "t05", "t10", "t15");
        assertThat(titles(Query.ofIndex("of_tag", "red")
                        .filter(eq("text", "yes"), ne("title", "t05"))
                        .backwards()))
                .containsExactly("t15", "t10", "t00");
        assertThat(titles(Query.all().filter(eq("text", "yes"), gt("rank", 4L))))
                .hasSize(3);
    }

    @Test
    void everyRowIsFoundExactlyOnce() {
        for (int i = 0; i < 50; i++) {
            add("o" + i % 7, "t" + i, null, null);
        }
        assertThat(titles(Query.all())).hasSize(50).doesNotHaveDuplicates();
    }

    @Test
    void aLimitLimits() {
        IntStream.range(0, 10).forEach(i -> add("Ada", "t" + i, "red", 0L));
        for (Query query : List.of(
                Query.all(),
                Query.of("Ada"),
                Query.ofIndex("of_tag", "red"),
                Query.all().filter(eq("rank", 0L)))) {
            Page<Note> page = notes.query(query.limit(3));
            assertThat(page.rows()).hasSizeBetween(0, 3);
            assertThat(page.next()).isPresent();
            assertThat(notes.count(query.limit(3))).isEqualTo(10);
        }
    }

    @Test
    void theUsualLimitIsAHundred() {
        IntStream.range(0, 120).forEach(i -> add("Ada", "t" + i, null, null));
        assertThat(notes.query(Query.all()).rows()).hasSizeLessThanOrEqualTo(100);
        assertThat(readAll(notes, Query.all())).hasSize(120);
    }

    @Test
    void rowsThatComeAndGoMeanwhileDoNotDisturbTheOthers() {
        IntStream.range(10, 30).forEach(i -> add("Ada", "t" + i, null, null));
        Query query = Query.of("Ada").limit(10);
        Page<Note> first = notes.query(query);
        notes.delete(RowKey.of("Ada", first.rows().getLast().title()));
        notes.delete(RowKey.of("Ada", "t10"));
        add("Ada", "t001", null, null);
        List<Note> rest = readAll(notes, query.after(first.next().orElseThrow()));
        assertThat(first.rows()).hasSize(10);
        assertThat(rest.stream().map(Note::title))
                .containsExactlyElementsOf(
                        IntStream.range(20, 30).mapToObj(i -> "t" + i).toList());
    }

    @Test
    void aCursorOutlivesItsEngine() {
        IntStream.range(0, 5).forEach(i -> add("Ada", "t" + i, null, null));
        Query query = Query.of("Ada").limit(2);
        String cursor = notes.query(query).next().orElseThrow();
        assertThat(another().open(Note.class).query(query.after(cursor)).rows().stream()
                        .map(Note::title))
                .containsExactly("t2", "t3");
    }

    @Test
    void aCursorOfAnotherQueryIsRefused() {
        IntStream.range(0, 5).forEach(i -> add("Ada", "t" + i, "red", 1L));
        Query query = Query.of("Ada").limit(2);
        String cursor = notes.query(query).next().orElseThrow();
        String typo = cursor.charAt(5) == 'A' ? "B" : "A";
        for (Query wrong : List.of(
                query.after(""),
                query.after("not a cursor"),
                query.after(cursor.substring(1)),
                query.after(cursor.substring(0, cursor.length() - 2)),
                query.after(cursor.substring(0, 5) + typo + cursor.substring(6)),
                Query.of("Bob").after(cursor),
                query.backwards().after(cursor),
                query.range(gt("title", "a")).after(cursor),
                query.filter(eq("text", "")).after(cursor),
                Query.all().after(cursor),
                Query.ofIndex("of_tag", "red").after(cursor))) {
            assertThatIllegalArgumentException()
                    .as(wrong.toString())
                    .isThrownBy(() -> notes.query(wrong))
                    .withMessageContaining("cursor");
        }
        assertThat(notes.query(query.limit(3).after(cursor)).rows()).hasSize(3);
    }

    @Test
    void questionsThatSomeDatabaseCannotAnswerAreRefused() {
        for (Query wrong : List.of(
                Query.ofIndex("of_nothing", "red"),
                Query.ofIndex("of_tag", 1),
                Query.of(1),
                Query.all().backwards(),
                Query.all().range(eq("title", "a")),
                Query.of("Ada").range(eq("text", "a")),
                Query.of("Ada").range(ne("title", "a")),
                Query.of("Ada").range(eq("title", null)),
                Query.ofIndex("of_tag", "red").range(eq("title", "a")),
                Query.of("Ada").filter(eq("title", "a")),
                Query.ofIndex("of_tag", "red").filter(eq("tag", "red")))) {
            assertThatIllegalArgumentException().as(wrong.toString()).isThrownBy(() -> notes.query(wrong));
            assertThatIllegalArgumentException().as(wrong.toString()).isThrownBy(() -> notes.count(wrong));
        }
    }
}
