/* Copyright the Carrel authors. */
package dev.carrel.engine.function;

import dev.carrel.engine.signin.Refusal;
import dev.carrel.protocol.name.Printable;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/** What a schedule may hold. Every refusal names the field, what it holds and what is expected. Thread-safe. */
public final class ScheduleRules {
    private static final int MOST_ENTRIES = 10;
    private static final int TOGETHER = 16 * 1024;
    /** As many runs are looked at: more than there are in four days of every other minute. */
    private static final int LOOKED_AT = 3000;

    private static final String FIELD = "schedule";

    private final ScheduleSettings settings;
    private final Clock clock;

    @Inject
    ScheduleRules(ScheduleSettings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
    }

    /** The time zone of an entry that names none. */
    public String usualZone() {
        return settings.zone();
    }

    /**
     * Looks at all entries.
     *
     * @param handlers what can be called; empty for all that the code offers
     * @throws Refusal invalid
     */
    void check(List<ScheduleEntry> schedule, List<String> handlers) {
        if (schedule.size() > MOST_ENTRIES) {
            throw wrong(schedule.size() + " entries (expected: at most " + MOST_ENTRIES + ")");
        }
        if (new HashSet<>(schedule).size() < schedule.size()) {
            throw wrong("the same entry twice (expected: each once)");
        }
        int length = 0;
        for (ScheduleEntry entry : schedule) {
            check(entry, handlers);
            length += entry.arguments().length() + entry.keywords().length();
        }
        if (length > TOGETHER) {
            throw wrong(length + " characters of args and kwargs (expected: at most " + TOGETHER + " together)");
        }
    }

    private void check(ScheduleEntry entry, List<String> handlers) {
        Cron cron;
        try {
            cron = Cron.of(entry);
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()));
        }
        boolean known = entry.handler().isEmpty() || handlers.isEmpty() || handlers.contains(entry.handler());
        if (!known) {
            throw wrong("handler " + Printable.quote(entry.handler()) + " (expected: one of the function's: "
                    + String.join(", ", handlers) + ")");
        }
        if (cron.next(clock.instant()).isEmpty()) {
            throw wrong(Printable.quote(entry.cron()) + " is never due (expected: a day that there is)");
        }
        gaps(entry);
    }

    /** Without changes of the clock, which shorten a distance now and then. */
    private void gaps(ScheduleEntry entry) {
        if (settings.minGap().compareTo(Duration.ofMinutes(1)) <= 0) {
            return;
        }
        Cron cron = Cron.of(entry.cron(), ZoneOffset.UTC);
        Optional<Instant> one = cron.next(clock.instant());
        for (int i = 0; i < LOOKED_AT && one.isPresent(); i++) {
            Optional<Instant> other = cron.next(one.get());
            if (other.isPresent() && Duration.between(one.get(), other.get()).compareTo(settings.minGap()) < 0) {
                throw wrong(Printable.quote(entry.cron()) + " runs at " + one.get() + " and " + other.get()
                        + " (expected: at least " + settings.minGap().toMinutes() + " minutes between two runs)");
            }
            one = other;
        }
    }

    private static Refusal wrong(String what) {
        return new Refusal(Refusal.Kind.INVALID, FIELD + ": " + what);
    }
}
