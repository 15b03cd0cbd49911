/* Copyright the Carrel authors. */
package dev.carrel.engine.function;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** When cron expressions are due, on plain days and on those when the clock is changed. */
class CronTest {
    private static List<Instant> next(Cron cron, Instant after, int count) {
        List<Instant> times = new ArrayList<>();
        Optional<Instant> next = cron.next(after);
        while (times.size() < count && next.isPresent()) {
            times.add(next.get());
            next = cron.next(next.get());
        }
        return times;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            */5 * * * *       | 2026-03-01T12:00:00Z     | 2026-03-01T12:05:00Z 2026-03-01T12:10:00Z
            */5 * * * *       | 2026-03-01T12:04:59.999Z | 2026-03-01T12:05:00Z
            * * * * *         | 2026-12-31T23:59:00Z     | 2027-01-01T00:00:00Z 2027-01-01T00:01:00Z
            30 8 * * mon-fri  | 2026-03-06T09:00:00Z     | 2026-03-09T08:30:00Z 2026-03-10T08:30:00Z
            0 0 * * 7         | 2026-03-02T00:00:00Z     | 2026-03-08T00:00:00Z
            0 0 * * 0         | 2026-03-02T00:00:00Z     | 2026-03-08T00:00:00Z
            0 0 * * sun       | 2026-03-02T00:00:00Z     | 2026-03-08T00:00:00Z
            0 0 13 * 5        | 2026-03-01T00:00:00Z     | 2026-03-06T00:00:00Z 2026-03-13T00:00:00Z
            0 0 31 * *        | 2026-01-31T00:00:00Z     | 2026-03-31T00:00:00Z 2026-05-31T00:00:00Z
            0 0 29 2 *        | 2026-03-01T00:00:00Z     | 2028-02-29T00:00:00Z 2032-02-29T00:00:00Z
            0 0 1 jan,JUL *   | 2026-03-01T00:00:00Z     | 2026-07-01T00:00:00Z 2027-01-01T00:00:00Z
            5,10-12 0-23/12 * * * | 2026-03-01T00:05:00Z | 2026-03-01T00:10:00Z 2026-03-01T00:11:00Z
            @hourly           | 2026-03-01T12:00:00Z     | 2026-03-01T13:00:00Z
            @daily            | 2026-03-01T12:00:00Z     | 2026-03-02T00:00:00Z
            @weekly           | 2026-03-02T12:00:00Z     | 2026-03-08T00:00:00Z
            @monthly          | 2026-03-01T12:00:00Z     | 2026-04-01T00:00:00Z
            @yearly           | 2026-03-01T12:00:00Z     | 2027-01-01T00:00:00Z
            """)
    void isDueWhenItSays(String expression, Instant after, String expected) {
        List<Instant> wanted =
                List.of(expected.split(" ")).stream().map(Instant::parse).toList();

        assertThat(next(Cron.of(expression, ZoneOffset.UTC), after, wanted.size()))
                .isEqualTo(wanted);
    }

    @ParameterizedTest(name = "{0} in {1}: {4}")
    @CsvSource(delimiter = '|', textBlock = """
            30 2 * * *   | Europe/Berlin | 2026-03-28T12:00:00Z | 2026-03-29T01:00:00Z 2026-03-30T00:30:00Z | skipped: at the next moment
            */20 2 * * * | Europe/Berlin | 2026-03-29T00:00:00Z | 2026-03-29T01:00:00Z 2026-03-30T00:00:00Z | several skipped: once
            0 3 * * *    | Europe/Berlin | 2026-03-28T12:00:00Z | 2026-03-29T01:00:00Z 2026-03-30T01:00:00Z | the hour after
            0 2,3 * * *  | Europe/Berlin | 2026-03-29T00:00:00Z | 2026-03-29T01:00:00Z 2026-03-30T00:00:00Z | two that fall together: once
            0 */2 * * *  | Europe/Berlin | 2026-03-29T00:30:00Z | 2026-03-29T01:00:00Z 2026-03-29T02:00:00Z | a step over hours, skipped
            */30 * * * * | Europe/Berlin | 2026-03-29T00:45:00Z | 2026-03-29T01:00:00Z 2026-03-29T01:30:00Z | every hour goes on
            30 * * * *   | Europe/Berlin | 2026-03-29T00:00:00Z | 2026-03-29T00:30:00Z 2026-03-29T01:30:00Z | every hour: none is made up for
            30 2 * * *   | Europe/Berlin | 2026-10-24T12:00:00Z | 2026-10-25T00:30:00Z 2026-10-26T01:30:00Z | doubled: the first
            */20 2 * * * | Europe/Berlin | 2026-10-25T00:10:00Z | 2026-10-25T00:20:00Z 2026-10-25T00:40:00Z 2026-10-26T01:00:00Z | doubled: once each
            30 2 * * *   | Europe/Berlin | 2026-10-25T01:15:00Z | 2026-10-26T01:30:00Z | asked in the second hour
            30 3 * * *   | Europe/Berlin | 2026-10-25T01:15:00Z | 2026-10-25T02:30:00Z | the hour after
            */30 * * * * | Europe/Berlin | 2026-10-25T00:15:00Z | 2026-10-25T00:30:00Z 2026-10-25T01:00:00Z 2026-10-25T01:30:00Z 2026-10-25T02:00:00Z | every hour: in both
            15 2 * * *   | Australia/Lord_Howe | 2026-10-03T00:00:00Z | 2026-10-03T15:30:00Z 2026-10-04T15:15:00Z | half an hour is skipped
            0 12 * * *   | Pacific/Apia  | 2011-12-29T00:00:00Z | 2011-12-29T22:00:00Z 2011-12-30T10:00:00Z 2011-12-30T22:00:00Z | a day is skipped
            0 12 29 2 *  | America/New_York | 2026-11-01T00:00:00Z | 2028-02-29T17:00:00Z | over changes of the clock
            0 * 29 2 *   | America/New_York | 2026-11-01T00:00:00Z | 2028-02-29T05:00:00Z 2028-02-29T06:00:00Z | every hour, over changes
            """)
    void changesOfTheClockLoseNothingAndRepeatNothing(
            String expression, String zone, Instant after, String expected, String why) {
        List<Instant> wanted =
                List.of(expected.split(" ")).stream().map(Instant::parse).toList();

        assertThat(next(Cron.of(expression, ZoneId.of(zone)), after, wanted.size()))
                .as(why)
                .isEqualTo(wanted);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "*",
                "* * * *",
                "* * * * * *",
                "60 * * * *",
                "-1 * * * *",
                "* 24 * * *",
                "* * 0 * *",
                "* * 32 * *",
                "* * * 0 *",
                "* * * 13 *",
                "* * * * 8",
                "*/0 * * * *",
                "*/ * * * *",
                "5-1 * * * *",
                "1,,2 * * * *",
                ", * * * *",
                "a b c d e",
                "* * * foo *",
                "* * * * mon-xyz",
                "@reboot",
                "@every",
                "* * L * *",
                "* * 15W * *",
                "* * ? * *",
                "* * * * 1#2",
                "* * * * 5L",
                "٣ * * * *",
                "99999999999999999999 * * * *",
                "0 0 * * * ; rm",
                "0  0 * * *",
            })
    void whatIsNoExpressionIsNamed(String expression) {
        assertThatThrownBy(() -> Cron.of(expression, ZoneOffset.UTC))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("(expected: minute, hour, day of month, month and day of week, as");
    }

    @Test
    void veryLongOnesAreNotEvenRead() {
        assertThatThrownBy(() -> Cron.of("1,".repeat(10_000) + "1 * * * *", ZoneOffset.UTC))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Cron.zone("x".repeat(1000))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aDayThatIsNeverIsNeverDue() {
        assertThat(Cron.of("0 0 30 2 *", ZoneOffset.UTC).next(Instant.EPOCH)).isEmpty();
        assertThat(Cron.of("0 * 31 11 *", ZoneId.of("Europe/Berlin")).next(Instant.EPOCH))
                .isEmpty();
    }

    /** A field with the values that it means. */
    private record Field(String text, BitSet values, boolean any) {
        static Field of(Random random, int least, int most) {
            int first = least + random.nextInt(most - least + 1);
            int last = first + random.nextInt(most - first + 1);
            int step = 1 + random.nextInt(6);
            BitSet values = new BitSet();
            return switch (random.nextInt(6)) {
                case 0, 1 -> {
                    values.set(least, most + 1);
                    yield new Field("*", values, true);
                }
                case 2 -> {
                    values.set(first);
                    values.set(last);
                    yield new Field(first + "," + last, values, false);
                }
                case 3 -> {
                    values.set(first, last + 1);
                    yield new Field(first + "-" + last, values, false);
                }
                case 4 -> {
                    for (int value = first; value <= last; value += step) {
                        values.set(value);
                    }
                    yield new Field(first + "-" + last + "/" + step, values, false);
                }
                default -> {
                    // One of 1 is no restriction, and not what is meant here.
                    for (int value = least; value <= most; value += step + 1) {
                        values.set(value);
                    }
                    yield new Field("*/" + (step + 1), values, false);
                }
            };
        }
    }

    /** Looks at every minute. */
    private static Optional<Instant> slowly(List<Field> fields, Instant after, Duration within) {
        ZonedDateTime at = after.atZone(ZoneOffset.UTC).truncatedTo(ChronoUnit.MINUTES);
        ZonedDateTime end = at.plus(within);
        Field days = fields.get(2);
        Field weekdays = fields.get(4);
        while (at.isBefore(end)) {
            at = at.plusMinutes(1);
            boolean day = days.values().get(at.getDayOfMonth());
            boolean weekday = weekdays.values().get(at.getDayOfWeek().getValue() % 7);
            boolean dated = days.any() || weekdays.any() ? day && weekday : day || weekday;
            if (fields.get(0).values().get(at.getMinute())
                    && fields.get(1).values().get(at.getHour())
                    && fields.get(3).values().get(at.getMonthValue())
                    && dated) {
                return Optional.of(at.toInstant());
            }
        }
        return Optional.empty();
    }

    @Property(tries = 300)
    void theNextTimeIsTheFirstThatMatches(@ForAll long seed) {
        Random random = new Random(seed);
        List<Field> fields = List.of(
                Field.of(random, 0, 59),
                Field.of(random, 0, 23),
                Field.of(random, 1, 31),
                Field.of(random, 1, 12),
                Field.of(random, 0, 6));
        String expression = String.join(" ", fields.stream().map(Field::text).toList());
        Instant after = Instant.parse("2026-01-01T00:00:00Z").plusSeconds(random.nextInt(4 * 365 * 24 * 3600));
        Duration within = Duration.ofDays(60);

        Optional<Instant> next = Cron.of(expression, ZoneOffset.UTC).next(after);
        Optional<Instant> first = slowly(fields, after, within);

        if (first.isPresent()) {
            assertThat(next).as("%s after %s", expression, after).isEqualTo(first);
        } else if (next.isPresent()) {
            assertThat(next.get())
                    .as("%s after %s", expression, after)
                    .isAfter(after.plus(within).minusSeconds(60));
        }
    }

    @Property(tries = 200)
    void timesComeInOrderWhateverTheClockDoes(@ForAll long seed) {
        Random random = new Random(seed);
        List<String> zones = List.of("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca");
        String expression =
                Field.of(random, 0, 59).text() + " " + Field.of(random, 0, 5).text() + " * * *";
        Cron cron = Cron.of(expression, ZoneId.of(zones.get(random.nextInt(zones.size()))));
        Instant at = Instant.parse("2026-03-01T00:00:00Z").plusSeconds(random.nextInt(250 * 24 * 3600));

        for (Instant next : next(cron, at, 50)) {
            assertThat(next).as(expression).isAfter(at);
            // Whoever asks in between gets the same.
            Duration between = Duration.between(at, next);
            assertThat(cron.next(at.plus(between.dividedBy(2)))).as(expression).contains(next);
            at = next;
        }
    }
}
