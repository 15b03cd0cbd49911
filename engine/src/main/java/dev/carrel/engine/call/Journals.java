/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.engine.function.FunctionId;
import dev.carrel.engine.function.FunctionVersion;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** A {@link Journal} for each function that was called or started here. Thread-safe. */
final class Journals {
    private final Map<FunctionId, Journal> journals = new ConcurrentHashMap<>();
    /** Holds each at most once. */
    private final Queue<FunctionId> unwritten = new ConcurrentLinkedQueue<>();

    private final Clock clock;
    private volatile Runnable urgent = () -> {};

    @Inject
    Journals(Clock clock) {
        this.clock = clock;
    }

    /** The journal of a function that exists; it begins now when there is none. */
    Journal of(FunctionId function) {
        Journal known = journals.get(function);
        return known == null
                ? journals.computeIfAbsent(
                        function, f -> new Journal(clock, () -> unwritten.add(f), () -> urgent.run()))
                : known;
    }

    /** Adds what a version printed; never waits. */
    void log(FunctionVersion version, String call, String text) {
        of(version.function()).log(version.created(), call, text);
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

    /** Whom to tell that one of them will lose lines unless it is written soon. Must be quick. */
    void onUrgent(Runnable told) {
        urgent = told;
    }

    /** The next one of which something is to be written; null when there is none. */
    @Nullable
    FunctionId nextUnwritten() {
        FunctionId next = unwritten.poll();
        if (next != null) {
            find(next).ifPresent(Journal::taken);
        }
        return next;
    }
}
