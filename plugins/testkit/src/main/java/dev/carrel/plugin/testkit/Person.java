/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import dev.carrel.plugin.table.Indexed;
import dev.carrel.plugin.table.Key;
import dev.carrel.plugin.table.Part;
import dev.carrel.plugin.table.Stored;
import dev.carrel.plugin.table.Version;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A row with every type that a component can have, and names that SQL has taken for itself. */
@Stored(name = "people")
public record Person(
        @Key String name,
        @Indexed(name = "of_group") @Nullable String group,
        int age,
        long order,
        boolean admin,
        double height,
        @Indexed(name = "of_group", part = Part.SORT) Instant born,
        Mood mood,
        List<String> friends,
        @Nullable String note,
        @Nullable Integer room,
        @Nullable Long badge,
        @Nullable Boolean left,
        @Nullable Double weight,
        @Nullable Instant lastSeen,
        @Nullable Mood wished,
        @Nullable List<String> wishes,
        @Version long version) {
    /** How a person feels. */
    public enum Mood {
        /** Well. */
        GOOD,
        /** Unwell. */
        BAD,
        /** Neither. */
        SO_SO
    }

    /** Somebody of whom little is known. */
    public static Person named(String name) {
        return new Person(
                name,
                null,
                0,
                0,
                false,
                0,
                Instant.EPOCH,
                Mood.GOOD,
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
    }

    /** With another age. */
    public Person aged(int years) {
        return new Person(
                name, group, years, order, admin, height, born, mood, friends, note, room, badge, left, weight,
                lastSeen, wished, wishes, version);
    }

    /** With another note. */
    public Person noted(@Nullable String text) {
        return new Person(
                name, group, age, order, admin, height, born, mood, friends, text, room, badge, left, weight, lastSeen,
                wished, wishes, version);
    }

    /** In a group, born at a moment. */
    public Person in(@Nullable String where, Instant at) {
        return new Person(
                name, where, age, order, admin, height, at, mood, friends, note, room, badge, left, weight, lastSeen,
                wished, wishes, version);
    }

    /** With a number that may be missing. */
    public Person inRoom(@Nullable Integer number) {
        return new Person(
                name, group, age, order, admin, height, born, mood, friends, note, number, badge, left, weight,
                lastSeen, wished, wishes, version);
    }

    /** With another version. */
    public Person versioned(long number) {
        return new Person(
                name, group, age, order, admin, height, born, mood, friends, note, room, badge, left, weight, lastSeen,
                wished, wishes, number);
    }
}
