/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.engine.function.FunctionId;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** A {@link Journal} for each function that was called or started here. Thread-safe. */
final class Journals {
    private final Map<FunctionId, Journal> journals = new ConcurrentHashMap<>();
    private final Clock clock;

    @Inject
    Journals(Clock clock) {
        this.clock = clock;
    }

    /** The journal of a function that exists; it begins now when there is none. */
    Journal of(FunctionId function) {
        Journal known = journals.get(function);
        return known == null ? journals.computeIfAbsent(function, _ -> new Journal(clock)) : known;
    }

    /** All that have begun. */
    Map<FunctionId, Journal> all() {
        return Map.copyOf(journals);
    }

    /** The journal of a function, if it has one. */
    Optional<Journal> find(FunctionId function) {
        return Optional.ofNullable(journals.get(function));
    }

    /** The function is no more. */
    void forget(FunctionId function) {
        journals.remove(function);
    }
}
