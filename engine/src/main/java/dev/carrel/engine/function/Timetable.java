/* Copyright the Carrel authors. */
package dev.carrel.engine.function;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The times of a schedule. Immutable. */
public final class Timetable {
    private final List<ScheduleEntry> entries;
    private final List<Cron> crons;

    private Timetable(List<ScheduleEntry> entries, List<Cron> crons) {
        this.entries = entries;
        this.crons = crons;
    }

    /**
     * That of a schedule.
     *
     * @throws IllegalArgumentException when an entry cannot be read
     */
    public static Timetable of(List<ScheduleEntry> schedule) {
        return new Timetable(
                List.copyOf(schedule), schedule.stream().map(Cron::of).toList());
    }

    /** When any entry is due next, later than this moment; empty when none ever is. */
    public Optional<Instant> next(Instant after) {
        return crons.stream()
                .map(cron -> cron.next(after))
                .flatMap(Optional::stream)
                .min(Comparator.naturalOrder());
    }

    /**
     * That an entry is due.
     *
     * @param at for which time
     */
    public record Due(ScheduleEntry entry, Instant at) {}

    /**
     * What is to be run now: of each entry the last time of those that have come since, unless it is too long ago.
     *
     * @param since up to when, this moment included, all has been run
     * @param late how long ago it may be
     */
    public List<Due> due(Instant since, Instant now, Duration late) {
        Instant oldest = now.minus(late).minusMillis(1);
        Instant from = since.isAfter(oldest) ? since : oldest;
        List<Due> due = new ArrayList<>();
        for (int i = 0; i < crons.size(); i++) {
            Instant last = null;
            Optional<Instant> next = crons.get(i).next(from);
            while (next.isPresent() && !next.get().isAfter(now)) {
                last = next.get();
                next = crons.get(i).next(last);
            }
            if (last != null) {
                due.add(new Due(entries.get(i), last));
            }
        }
        return due;
    }
}
