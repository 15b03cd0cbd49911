/* Copyright the Carrel authors. */
package dev.carrel.benchmarks.router;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** What several doors did in several rounds: medians, and ratios of the first door to each other. */
final class Table<T> {
    private final Map<String, List<T>> byDoor = new LinkedHashMap<>();

    void add(String door, T seen) {
        byDoor.computeIfAbsent(door, _ -> new ArrayList<>()).add(seen);
    }

    double median(String door, ToDoubleFunction<T> what) {
        double[] sorted = byDoor.getOrDefault(door, List.of()).stream()
                .mapToDouble(what)
                .sorted()
                .toArray();
        return sorted[sorted.length / 2];
    }

    /** Prints one line a door; the ratio is the door's own figure to the first door's, so more than 1 where the first is better at what grows. */
    void print(String title, List<Column<T>> columns) {
        System.out.println(title);
        String first = byDoor.keySet().iterator().next();
        for (String door : byDoor.keySet()) {
            StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "  %-18s", door));
            for (Column<T> column : columns) {
                double own = median(door, column.what());
                line.append(String.format(Locale.ROOT, "  %s " + column.format(), column.name(), own));
                if (column.ratio() && !door.equals(first)) {
                    line.append(String.format(Locale.ROOT, " (ours %.2f)", median(first, column.what()) / own));
                }
            }
            System.out.println(line);
        }
    }

    /** A figure: its name, how it is written and read, and whether ours is set in relation to it. */
    record Column<T>(String name, String format, boolean ratio, ToDoubleFunction<T> what) {}
}
