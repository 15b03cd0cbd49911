/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.plugin.UsageAccounting;
import dev.carrel.plugin.UsageAccounting.SessionUse;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A {@link UsageAccounting}: each session counts once, however often and in whatever state it is told. */
@Timeout(60)
public abstract class UsageAccountingConformance {
    private static final Instant NOON = Instant.parse("2026-03-08T12:00:00Z");
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private UsageAccounting accounting = _ -> {};

    /** For subclasses. */
    protected UsageAccountingConformance() {}

    /** The subject, with nothing recorded; asked once for each test. */
    protected abstract UsageAccounting accounting();

    /** How many sessions the subject has recorded of a user. */
    protected abstract long sessions(String user);

    /** How long these could be used together. */
    protected abstract Duration used(String user);

    @BeforeEach
    final void open() {
        accounting = accounting();
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

        assertThat(sessions("ada")).isEqualTo(2);
        assertThat(used("ada")).isEqualTo(Duration.ofMinutes(40));
        assertThat(sessions("bob")).isEqualTo(1);
        assertThat(sessions("nobody")).isZero();
    }

    @Test
    void aSessionThatIsToldAgainCountsOnce() throws Exception {
        SessionUse use = use("s1", "ada", NOON, Duration.ofMinutes(30));
        accounting.record(use);
        accounting.record(use);
        accounting.record(use("s2", "ada", NOON, Duration.ofMinutes(10)));
        accounting.record(use);

        assertThat(sessions("ada")).isEqualTo(2);
        assertThat(used("ada")).isEqualTo(Duration.ofMinutes(40));
    }

    @Test
    void whatWasNeverReadyWasNotUsed() throws Exception {
        accounting.record(new SessionUse("s1", "ada", "", "lab", NOON.minusSeconds(60), Optional.empty(), NOON, true));

        assertThat(sessions("ada")).isEqualTo(1);
        assertThat(used("ada")).isZero();
    }

    @Test
    void clocksThatWentBackUseNothing() throws Exception {
        accounting.record(new SessionUse("s1", "ada", "", "lab", NOON, Optional.of(NOON.plusSeconds(5)), NOON, false));
        assertThat(used("ada")).isZero();
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
        assertThat(sessions("ada")).isEqualTo(count);
    }

    @Test
    void oneIsRecordedInTime() throws Exception {
        long begin = System.nanoTime();
        accounting.record(use("s1", "ada", NOON, Duration.ofMinutes(1)));
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(LIMIT);
    }
}
