/* Copyright the Carrel authors. */
package dev.carrel.plugin.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Annotations are read, or refused with every fault. */
class RowShapeTest {
    enum Color {
        RED,
        BLUE
    }

    enum Empty {}

    @Stored(name = "good_1")
    record Good(
            @Key String name,
            @Key(Part.SORT) Color color,

            @Indexed(name = "of_x") @Indexed(name = "of_y", part = Part.SORT) @Nullable
            Integer someNumber,

            @Indexed(name = "of_y") Instant at,
            @Nullable List<String> list,
            @Version long version) {}

    @Test
    void readsWhatIsThere() {
        RowShape<Good> shape = RowShape.of(Good.class);
        assertThat(shape.table()).isEqualTo("good_1");
        assertThat(shape.columns().stream().map(Column::name))
                .containsExactly("name", "color", "some_number", "at", "list", "version");
        assertThat(shape.key().partition().component()).isEqualTo("name");
        assertThat(shape.key().sort().map(Column::component)).contains("color");
        assertThat(shape.indexes().stream().map(Index::name)).containsExactly("of_x", "of_y");
        assertThat(shape.version().map(Column::component)).contains("version");
        assertThat(shape.columns().stream().filter(Column::nullable).map(Column::component))
                .containsExactly("someNumber", "list");
    }

    @Test
    void rowsGoThereAndBack() {
        RowShape<Good> shape = RowShape.of(Good.class);
        Good row = new Good("a", Color.BLUE, 5, Instant.ofEpochMilli(7), List.of("x", "\"\\\n"), 3);
        assertThat(shape.encode(row)).containsExactly("a", "BLUE", 5L, 7L, "[\"x\",\"\\\"\\\\\\u000a\"]", 3L);
        assertThat(shape.decode(shape.encode(row))).isEqualTo(row);
        Good bare = new Good("a", Color.RED, null, Instant.EPOCH, null, 0);
        assertThat(shape.decode(shape.encode(bare))).isEqualTo(bare);
        assertThat(shape.key(row)).isEqualTo(RowKey.of("a", Color.BLUE));
    }

    @Test
    void aNullThatMayNotBeIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RowShape.of(Good.class).encode(new Good("a", Color.RED, null, null, null, 0)))
                .withMessageContaining("at: null");
    }

    @Stored(name = "Bad Name")
    record Bad(
            Map<String, String> map, List<Integer> numbers, Object any, Empty empty, String under_score, byte small) {}

    @Test
    void everyFaultIsNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RowShape.of(Bad.class))
                .withMessageContainingAll(
                        "Bad cannot be a table",
                        "table name \"Bad Name\"",
                        "map: type java.util.Map",
                        "numbers: type",
                        "any: type",
                        "empty: type",
                        "under_score: a name",
                        "small: type byte");
    }

    @Stored(name = "nokey")
    record NoKey(String name) {}

    @Stored(name = "twokeys")
    record TwoKeys(
            @Key String a,
            @Key String b,
            @Key(Part.SORT) String c,
            @Key(Part.SORT) String d) {}

    @Stored(name = "versions")
    record TwoVersions(
            @Key String a, @Version long b, @Version long c) {}

    @Stored(name = "versions")
    record TextVersion(@Key String a, @Version String b) {}

    @Stored(name = "keys")
    record NullKey(
            @Key @Nullable String a,
            @Indexed(name = "x") double b,
            @Indexed(name = "BAD") String c) {}

    @Stored(name = "indexes")
    record SortOnly(
            @Key String a,
            @Indexed(name = "x", part = Part.SORT) String b) {}

    @Test
    void keysIndexesAndVersionsMustMakeSense() {
        refused(NoKey.class, "key: no partition component");
        refused(TwoKeys.class, "key: 2 partition components: a, b");
        refused(TwoVersions.class, "@Version on b, c");
        refused(TextVersion.class, "b: @Version");
        refused(NullKey.class, "a: @Nullable in the key");
        refused(NullKey.class, "b: type double in a key or an index");
        refused(SortOnly.class, "index x: no partition component");
        refused(Plain.class, "no @Stored");
    }

    record Plain(String name) {}

    private static void refused(Class<? extends Record> type, String fault) {
        assertThatIllegalArgumentException().isThrownBy(() -> RowShape.of(type)).withMessageContaining(fault);
    }

    @Test
    void theTextAfterAPrefixIsTheNextOne() {
        assertThat(TextOrder.afterPrefix("a")).contains("b");
        assertThat(TextOrder.afterPrefix("a\uDBFF\uDFFF")).contains("b");
        assertThat(TextOrder.afterPrefix("\uD7FF")).contains("\uE000");
        assertThat(TextOrder.afterPrefix("\uFFFF")).contains("\uD800\uDC00");
        assertThat(TextOrder.afterPrefix("\uDBFF\uDFFF")).isEmpty();
        assertThat(TextOrder.afterPrefix("")).isEmpty();
    }

    @Test
    void textsAreOrderedByTheirBytes() {
        List<String> ordered =
                List.of("", "A", "a", "a ", "aa", "é", "\uD7FF", "\uE000", "\uFFFF", "\uD800\uDC00", "\uDBFF\uDFFF");
        for (int i = 0; i < ordered.size(); i++) {
            for (int j = 0; j < ordered.size(); j++) {
                assertThat(Integer.signum(TextOrder.BYTES.compare(ordered.get(i), ordered.get(j))))
                        .as(ordered.get(i) + " " + ordered.get(j))
                        .isEqualTo(Integer.compare(i, j));
            }
        }
    }
}
