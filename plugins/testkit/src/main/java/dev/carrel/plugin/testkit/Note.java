/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import dev.carrel.plugin.table.Indexed;
import dev.carrel.plugin.table.Key;
import dev.carrel.plugin.table.Part;
import dev.carrel.plugin.table.Stored;
import org.jspecify.annotations.Nullable;

/** A row with a key of two components, a sorted index whose parts may be missing, an unsorted one, and no version. */
@Stored(name = "notes")
public record Note(
        @Key String owner,
        @Key(Part.SORT) String title,

        @Indexed(name = "of_tag") @Indexed(name = "of_shelf") @Nullable
        String tag,

        @Indexed(name = "of_tag", part = Part.SORT) @Nullable
        Long rank,

        String text) {
    /** Without tag and rank. */
    public static Note of(String owner, String title) {
        return new Note(owner, title, null, null, "");
    }

    /** With another text. */
    public Note saying(String words) {
        return new Note(owner, title, tag, rank, words);
    }
}
