/* Copyright the Carrel authors. */
package dev.carrel.plugin.usage;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Sums that grow row by row. One thread. */
final class Sums {
    private static final Comparator<Sum> LARGEST = Comparator.comparingLong(Sum::millis)
            .reversed()
            .thenComparing(Comparator.comparingLong((Sum sum) -> sum.sessions().count())
                    .reversed())
            .thenComparing(Sum::of);

    private final By by;
    private final Map<String, Sum> sums = new HashMap<>();

    Sums(By by) {
        this.by = by;
    }

    void add(Row row) {
        String of = by.of(row);
        sums.put(of, sums.getOrDefault(of, Sum.none(of)).plus(row));
    }

    /** The largest use first; days in their order. */
    List<Sum> sorted() {
        return sums.values().stream()
                .sorted(by == By.DAY ? Comparator.comparing(Sum::of) : LARGEST)
                .toList();
    }
}
