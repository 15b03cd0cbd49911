/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.carrel.plugin.table.DatabaseException;
import dev.carrel.plugin.table.Indexed;
import dev.carrel.plugin.table.Key;
import dev.carrel.plugin.table.Part;
import dev.carrel.plugin.table.Query;
import dev.carrel.plugin.table.Stored;
import dev.carrel.plugin.table.Table;
import dev.carrel.plugin.table.Version;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Tables that grow while engines of two versions run. */
public abstract class DatabaseMigrationConformance extends DatabaseConformance {
    /** For subclasses. */
    protected DatabaseMigrationConformance() {}

    /** As it was. */
    @Stored(name = "profiles")
    public record Old(
            @Key String name,
            int age,
            @Nullable String team,
            @Version long version) {}

    /** As it is. */
    @Stored(name = "profiles")
    public record New(
            @Key String name,
            @Nullable String motto,
            int level,
            int age,
            @Indexed(name = "of_team") @Nullable String team,
            @Indexed(name = "of_color") Color color,
            @Indexed(name = "of_team", part = Part.SORT) Instant joined,
            List<String> tags,
            double weight,
            String remark,
            @Version long version) {
        /** Of a team. */
        public enum Color {
            /** The first. */
            RED,
            /** Another. */
            BLUE
        }
    }

    /** With another type. */
    @Stored(name = "profiles")
    public record OtherType(@Key String name, String age) {}

    /** With another key. */
    @Stored(name = "profiles")
    public record OtherKey(@Key String name, @Key(Part.SORT) int age) {}

    /** With a wider type. */
    @Stored(name = "profiles")
    public record Wider(
            @Key String name,
            long age,
            @Nullable String team,
            @Version long version) {}

    private static New of(Old old, int level, New.Color color, long version) {
        return new New(old.name(), null, level, old.age(), old.team(), color, Instant.EPOCH, List.of(), 0, "", version);
    }

    @Test
    void rowsOfBeforeGetWhatANewComponentBeginsWith() {
        Old old = new Old("Ada", 36, "one", 0);
        database().open(Old.class).insert(old);
        Table<New> profiles = another().open(New.class);
        assertThat(profiles.get("Ada")).contains(of(old, 0, New.Color.RED, 1));
    }

    @Test
    void rowsOfBeforeAreFoundByNewIndexes() {
        database().open(Old.class).insert(new Old("Ada", 36, "one", 0));
        database().open(Old.class).insert(new Old("Bob", 37, null, 0));
        Table<New> profiles = another().open(New.class);
        assertThat(readAll(profiles, Query.ofIndex("of_team", "one")).stream().map(New::name))
                .containsExactly("Ada");
        assertThat(readAll(profiles, Query.ofIndex("of_color", New.Color.RED))).hasSize(2);
    }

    @Test
    void anEngineOfBeforeGoesOnAndLosesNothing() {
        Table<Old> before = database().open(Old.class);
        Table<New> after = another().open(New.class);
        before.insert(new Old("Ada", 36, "one", 0));
        New grown = after.replace(of(new Old("Ada", 36, "one", 1), 5, New.Color.BLUE, 1))
                .orElseThrow();
        assertThat(before.get("Ada")).contains(new Old("Ada", 36, "one", 2));
        before.replace(new Old("Ada", 37, "two", 2));
        assertThat(after.get("Ada")).contains(of(new Old("Ada", 37, "two", 0), 5, New.Color.BLUE, 3));
        before.put(new Old("Ada", 38, "two", 0));
        assertThat(after.get("Ada")).contains(of(new Old("Ada", 38, "two", 0), grown.level(), New.Color.BLUE, 4));
    }

    @Test
    void anEngineOfBeforeMayComeBack() {
        database().open(New.class).insert(of(new Old("Ada", 36, "one", 0), 5, New.Color.BLUE, 0));
        Table<Old> back = another().open(Old.class);
        assertThat(back.get("Ada")).contains(new Old("Ada", 36, "one", 1));
        assertThat(back.insert(new Old("Bob", 1, null, 0))).isPresent();
        assertThat(database().open(New.class).get("Bob").map(New::color)).contains(New.Color.RED);
    }

    @Test
    void openingAgainChangesNothing() {
        Table<New> first = database().open(New.class);
        first.insert(of(new Old("Ada", 36, "one", 0), 5, New.Color.BLUE, 0));
        Table<New> second = database().open(New.class);
        assertThat(second.get("Ada")).isEqualTo(first.get("Ada"));
    }

    @Test
    void aWiderNumberIsNoChange() {
        database().open(Old.class).insert(new Old("Ada", 36, null, 0));
        Table<Wider> wider = another().open(Wider.class);
        assertThat(wider.get("Ada").map(Wider::age)).contains(36L);
        wider.put(new Wider("Ada", 1L << 40, null, 0));
        assertThatExceptionOfType(DatabaseException.class)
                .isThrownBy(() -> database().open(Old.class).get("Ada"))
                .matches(e -> !e.retryable())
                .withMessageContainingAll("profiles", "age");
    }

    @Test
    void anotherTypeIsRefused() {
        database().open(Old.class).insert(new Old("Ada", 36, null, 0));
        assertThatExceptionOfType(DatabaseException.class)
                .isThrownBy(() -> another().open(OtherType.class))
                .matches(e -> !e.retryable())
                .withMessageContainingAll("profiles", "age", "found", "expected");
        assertThat(database().open(Old.class).get("Ada").map(Old::age)).contains(36);
    }

    @Test
    void anotherKeyIsRefused() {
        database().open(Old.class).insert(new Old("Ada", 36, null, 0));
        assertThatExceptionOfType(DatabaseException.class)
                .isThrownBy(() -> another().open(OtherKey.class))
                .matches(e -> !e.retryable())
                .withMessageContainingAll("profiles", "key", "found", "expected");
    }

    @Test
    void aRecordThatIsNoTableIsRefused() {
        record Bare(String name) {}
        assertThatIllegalArgumentException()
                .isThrownBy(() -> database().open(Bare.class))
                .withMessageContainingAll("Bare", "@Stored");
    }
}
