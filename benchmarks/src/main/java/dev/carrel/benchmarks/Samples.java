/* Copyright the Carrel authors. */
package dev.carrel.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Times in milliseconds. */
final class Samples {
    private final List<Double> values = new ArrayList<>();

    void add(long nanos) {
        values.add(nanos / 1e6);
    }

    int size() {
        return values.size();
    }

    double quantile(double q) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.get((int) Math.min(sorted.size() - 1L, Math.round(q * (sorted.size() - 1))));
    }

    double median() {
        return quantile(0.5);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "p50 %.1f ms, p95 %.1f ms, min %.1f ms (n=%d)",
                median(),
                quantile(0.95),
                quantile(0),
                size());
    }
}
