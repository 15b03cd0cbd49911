/* Copyright the Carrel authors. */
package dev.carrel.check.email;

import dev.carrel.plugin.ClusterTask;
import java.time.Duration;
import java.util.function.Predicate;

/** Forgets codes that are over. Doing it twice does no harm. */
final class Cleaning implements ClusterTask {
    private final Codes codes;
    private final Predicate<String> features;

    Cleaning(Codes codes, Predicate<String> features) {
        this.codes = codes;
        this.features = features;
    }

    @Override
    public String name() {
        return "old-codes";
    }

    @Override
    public Duration every() {
        return Duration.ofHours(1);
    }

    @Override
    public void run() {
        if (features.test(StoredProofs.DATABASE)) {
            codes.clean();
        }
    }
}
