/* Copyright the Carrel authors. */
package dev.carrel.plugin.usage;

import java.util.Locale;

/** What sums are made of. */
enum By {
    USER,
    IMAGE,
    DAY;

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    String of(Row row) {
        return switch (this) {
            case USER -> row.user();
            case IMAGE -> row.image();
            case DAY -> row.day();
        };
    }
}
