/* Copyright the Carrel authors. */
package dev.carrel.engine.function;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import dev.carrel.protocol.name.Printable;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A cron expression in a time zone: when it is due. The library knows the calendar, and is asked in a time without changes of the clock; what these mean is
 * decided here. An expression whose hour is {@code *} is due in every hour that there is: not in one that is skipped, and twice in one that comes twice. Any
 * other is due once for each time of the day that it names: at the first moment after an hour that is skipped, and in the first of two. Thread-safe.
 */
public final class Cron {
    private static final int LONGEST = 100;
    /** Bounds for what does not end by itself: minutes of a day that comes twice, and changes of the clock until the next leap day. */
    private static final int MOST_TURNS = 2000;

    private static final Map<String, String> NAMES = Map.of(
            "@yearly", "0 0 1 1 *",
            "@annually", "0 0 1 1 *",
            "@monthly", "0 0 1 * *",
            "@weekly", "0 0 * * 0",
            "@daily", "0 0 * * *",
            "@midnight", "0 0 * * *",
            "@hourly", "0 * * * *");
    private static final String EXPECTED =
            " (expected: minute, hour, day of month, month and day of week, as \"*/5 * * * *\""
                    + " or \"30 8 * * mon-fri\", or one of @hourly, @daily, @weekly, @monthly, @yearly)";

    private final ExecutionTime times;
    private final ZoneRules rules;
    private final boolean everyHour;

    private Cron(ExecutionTime times, ZoneRules rules, boolean everyHour) {
        this.times = times;
        this.rules = rules;
        this.everyHour = everyHour;
    }

    /**
     * Reads it.
     *
     * @throws IllegalArgumentException when it is no expression, or the zone none; says what is expected
     */
    public static Cron of(ScheduleEntry entry) {
        return of(entry.cron(), zone(entry.zone()));
    }

    static Cron of(String expression, ZoneId zone) {
        String fields = NAMES.getOrDefault(expression, expression).toUpperCase(Locale.ROOT);
        String[] split = fields.split(" ", -1);
        // The library takes more than cron does: L, W, # and ?.
        boolean plain = expression.length() <= LONGEST && split.length == 5 && fields.matches("[0-9A-Z*/, -]+");
        if (!plain) {
            throw new IllegalArgumentException(Printable.quote(expression) + EXPECTED);
        }
        try {
            ExecutionTime times = ExecutionTime.forCron(
                    new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX)).parse(fields));
            return new Cron(times, zone.getRules(), split[1].equals("*"));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(Printable.quote(expression) + ": " + reason(e) + EXPECTED, e);
        }
    }

    private static String reason(IllegalArgumentException e) {
        return String.valueOf(e.getMessage()).replace("Failed to parse cron expression. ", "");
    }

    /**
     * A time zone by its name.
     *
     * @throws IllegalArgumentException when it is none
     */
    static ZoneId zone(String name) {
        if (name.length() <= LONGEST) {
            try {
                return ZoneId.of(name);
            } catch (DateTimeException _) {
                // Told below.
            }
        }
        throw new IllegalArgumentException(Printable.quote(name) + " (expected: a time zone as UTC or Europe/Berlin)");
    }

    /** When it is due next, later than this moment; empty when it never is. */
    public Optional<Instant> next(Instant after) {
        return everyHour ? byRealTime(after) : byNamedTime(after);
    }

    /** The next local time, as if no clock were ever changed. */
    private Optional<LocalDateTime> next(LocalDateTime after) {
        return times.nextExecution(after.truncatedTo(ChronoUnit.MINUTES).atZone(ZoneOffset.UTC))
                .map(ZonedDateTime::toLocalDateTime);
    }

    private Optional<Instant> byNamedTime(Instant after) {
        LocalDateTime local = LocalDateTime.ofInstant(after, rules.getOffset(after));
        for (int turn = 0; turn < MOST_TURNS; turn++) {
            Optional<LocalDateTime> found = next(local);
            if (found.isEmpty()) {
                return Optional.empty();
            }
            local = found.get();
            ZoneOffsetTransition change = rules.getTransition(local);
            // Of two moments with this local time, getOffset gives the first.
            Instant at =
                    change != null && change.isGap() ? change.getInstant() : local.toInstant(rules.getOffset(local));
            // In the second of two hours all times of the first have been.
            if (at.isAfter(after)) {
                return Optional.of(at);
            }
        }
        return Optional.empty();
    }

    private Optional<Instant> byRealTime(Instant after) {
        ZoneOffset offset = rules.getOffset(after);
        LocalDateTime local = LocalDateTime.ofInstant(after, offset);
        ZoneOffsetTransition change = rules.nextTransition(after);
        for (int turn = 0; turn < MOST_TURNS; turn++) {
            Optional<LocalDateTime> found = next(local);
            if (found.isEmpty()) {
                return Optional.empty();
            }
            Instant at = found.get().toInstant(offset);
            if (change == null || at.isBefore(change.getInstant())) {
                return Optional.of(at);
            }
            offset = change.getOffsetAfter();
            local = change.getDateTimeAfter().minusMinutes(1);
            change = rules.nextTransition(change.getInstant());
        }
        return Optional.empty();
    }
}
