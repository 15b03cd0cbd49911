/* Copyright the Carrel authors. */
package dev.carrel.chassis.ops;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The checks that make a process ready, and warnings that do not keep it from being so. Thread-safe. */
public final class Health {
    private final Map<String, Supplier<Optional<String>>> checks = new LinkedHashMap<>();
    private final Map<String, Supplier<Optional<String>>> warnings = new LinkedHashMap<>();
    private volatile boolean started;

    /**
     * Adds a check.
     *
     * @param name one word
     * @param fault quick; empty when all is well, else what is wrong and what to do
     */
    public synchronized void add(String name, Supplier<Optional<String>> fault) {
        checks.put(name, fault);
    }

    /**
     * Adds a look at what will need somebody soon, but works now.
     *
     * @param name one word
     * @param warning quick; empty when all is well, else what is coming and what to do
     */
    public synchronized void warn(String name, Supplier<Optional<String>> warning) {
        warnings.put(name, warning);
    }

    /** What will need somebody soon, by name; empty when nothing does. */
    public Map<String, String> warnings() {
        Map<String, Supplier<Optional<String>>> copy;
        synchronized (this) {
            copy = new LinkedHashMap<>(warnings);
        }
        Map<String, String> due = new LinkedHashMap<>();
        copy.forEach((name, look) -> judge(look).ifPresent(text -> due.put(name, text)));
        return due;
    }

    /** Called when every service has started, and with false when the process begins to stop. */
    public void started(boolean value) {
        started = value;
    }

    /** The fault of each check, empty for a good one; in the order of adding. */
    public Map<String, Optional<String>> report() {
        Map<String, Supplier<Optional<String>>> copy;
        synchronized (this) {
            copy = new LinkedHashMap<>(checks);
        }
        Map<String, Optional<String>> report = new LinkedHashMap<>();
        report.put("process", started ? Optional.empty() : Optional.of("starting or stopping"));
        copy.forEach((name, check) -> report.put(name, judge(check)));
        return report;
    }

    private static Optional<String> judge(Supplier<Optional<String>> check) {
        try {
            return check.get();
        } catch (RuntimeException e) {
            return Optional.of("the check itself failed: " + e);
        }
    }
}
