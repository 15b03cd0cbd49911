/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.plugin.UsageAccounting;
import dev.carrel.plugin.UsageAccounting.FunctionUse;
import dev.carrel.plugin.UsageAccounting.SessionUse;
import dev.carrel.plugin.UsageAccounting.TaskUse;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A {@link UsageAccounting}: each session, span of calls and run of a task counts once, however often and in whatever state it is told. */
@Timeout(60)
public abstract class UsageAccountingConformance {
    private static final Instant NOON = Instant.parse("2026-03-08T12:00:00Z");
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private UsageAccounting accounting = _ -> {};

    /** For subclasses. */
    protected UsageAccountingConformance() {}

    /** The subject, with nothing recorded; asked once for each test. */
    protected abstract UsageAccounting accounting();

    /**
     * What the subject has recorded of one kind.
     *
     * @param count of sessions, calls or runs
     * @param failed of these
     * @param time that they took, together
     */
    public record Total(long count, long failed, Duration time) {
        static final Total NONE = new Total(0, 0, Duration.ZERO);
    }

    /** Of a user's sessions; their time is how long they could be used. */
    protected abstract Total sessions(String user);

    /** Of the calls of somebody's functions; empty for a subject that keeps no account of them, which takes them all the same. */
    protected abstract Optional<Total> calls(String owner);

    /** Of the runs of somebody's tasks; empty for a subject that keeps no account of them, which takes them all the same. */
    protected abstract Optional<Total> tasks(String user);

    @BeforeEach
    final void open() {
        accounting = accounting();
    }

    private static FunctionUse calls(String span, String owner, long calls, long failed, Duration busy) {
        return new FunctionUse(span, owner, "calc", "python3", NOON.minusSeconds(60), NOON, calls, failed, busy);
    }

    private static TaskUse run(String task, int attempt, Optional<Instant> started, boolean failed) {
        return new TaskUse(task, attempt, "ada", "lab", NOON.minusSeconds(600), started, NOON, failed);
    }

    private static SessionUse use(String session, String user, Instant ended, Duration used) {
        return new SessionUse(
                session,
                user,
                "",
                "lab",
                ended.minus(used).minusSeconds(9),
                Optional.of(ended.minus(used)),
                ended,
                false);
    }

    @Test
    void everySessionCounts() throws Exception {
        accounting.record(use("s1", "ada", NOON, Duration.ofMinutes(30)));
        accounting.record(use("s2", "ada", NOON, Duration.ofMinutes(10)));
        accounting.record(use("s3", "bob", NOON, Duration.ofMinutes(5)));

        assertThat(sessions("ada").count()).isEqualTo(2);
        assertThat(sessions("ada").time()).isEqualTo(Duration.ofMinutes(40));
        assertThat(sessions("bob").count()).isEqualTo(1);
        assertThat(sessions("nobody")).isEqualTo(Total.NONE);
    }

    @Test
    void aSessionThatIsToldAgainCountsOnce() throws Exception {
        SessionUse use = use("s1", "ada", NOON, Duration.ofMinutes(30));
        accounting.record(use);
        accounting.record(use);
        accounting.record(use("s2", "ada", NOON, Duration.ofMinutes(10)));
        accounting.record(use);

        assertThat(sessions("ada").count()).isEqualTo(2);
        assertThat(sessions("ada").time()).isEqualTo(Duration.ofMinutes(40));
    }

    @Test
    void theCallsOfEverySpanCountForTheirOwner() throws Exception {
        accounting.record(calls("1", "ada", 1000, 3, Duration.ofMillis(1500)));
        accounting.record(calls("2", "ada", 1, 1, Duration.ofMillis(250)));
        accounting.record(calls("3", "bob", 7, 0, Duration.ofMillis(70)));

        calls("ada").ifPresent(ada -> assertThat(ada).isEqualTo(new Total(1001, 4, Duration.ofMillis(1750))));
        calls("bob").ifPresent(bob -> assertThat(bob).isEqualTo(new Total(7, 0, Duration.ofMillis(70))));
        assertThat(sessions("ada")).isEqualTo(Total.NONE);
    }

    @Test
    void aSpanThatIsToldAgainIsWhatWasToldLast() throws Exception {
        accounting.record(calls("1", "ada", 10, 0, Duration.ofMillis(100)));
        accounting.record(calls("1", "ada", 12, 2, Duration.ofMillis(130)));

        calls("ada").ifPresent(ada -> assertThat(ada).isEqualTo(new Total(12, 2, Duration.ofMillis(130))));
    }

    @Test
    void everyRunOfATaskCountsOnce() throws Exception {
        TaskUse first = run("t1", 1, Optional.of(NOON.minusSeconds(30)), true);
        accounting.record(first);
        accounting.record(run("t1", 2, Optional.of(NOON.minusSeconds(10)), false));
        accounting.record(first);

        tasks("ada").ifPresent(ada -> assertThat(ada).isEqualTo(new Total(2, 1, Duration.ofSeconds(40))));
        assertThat(sessions("ada")).isEqualTo(Total.NONE);
    }

    @Test
    void aTaskThatNeverBeganTookNoTime() throws Exception {
        accounting.record(run("t1", 1, Optional.empty(), true));
        accounting.record(run("t2", 1, Optional.of(NOON.plusSeconds(5)), true));

        tasks("ada").ifPresent(ada -> assertThat(ada).isEqualTo(new Total(2, 2, Duration.ZERO)));
    }

    @Test
    void whatWasNeverReadyWasNotUsed() throws Exception {
        accounting.record(new SessionUse("s1", "ada", "", "lab", NOON.minusSeconds(60), Optional.empty(), NOON, true));

        assertThat(sessions("ada")).isEqualTo(new Total(1, 1, Duration.ZERO));
    }

    @Test
    void clocksThatWentBackUseNothing() throws Exception {
        accounting.record(new SessionUse("s1", "ada", "", "lab", NOON, Optional.of(NOON.plusSeconds(5)), NOON, false));
        assertThat(sessions("ada").time()).isZero();
    }

    @Test
    void namesMayBeAnyText() throws Exception {
        int count = 0;
        for (String text : Hostile.TEXTS) {
            // Names of users are short and visible; those of images and servers are as operators and people choose.
            if (text.length() <= 100 && !text.contains("\u0000")) {
                accounting.record(
                        new SessionUse("h" + count++, "ada", text, text, NOON, Optional.empty(), NOON, false));
            }
        }
        assertThat(sessions("ada").count()).isEqualTo(count);
    }

    @Test
    void oneIsRecordedInTime() throws Exception {
        long begin = System.nanoTime();
        accounting.record(use("s1", "ada", NOON, Duration.ofMinutes(1)));
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(LIMIT);
    }
}
