/* Copyright the Carrel authors. */
package dev.carrel.protocol.channel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.protocol.command.Command;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class AnswerWindowTest {
    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
    private final MovingClock clock = new MovingClock();
    private final AnswerWindow window = new AnswerWindow(8, Duration.ofMinutes(10), clock);

    @Test
    void theSameRequestIsFreshOnceAndThenRepeated() {
        assertThat(admit("a", START)).isInstanceOf(AnswerWindow.Verdict.Fresh.class);
        assertThat(admit("a", START)).isInstanceOf(AnswerWindow.Verdict.Repeated.class);
    }

    @Test
    void theSameIdForAnotherCommandIsAReplay() {
        admit("a", START);

        assertThat(window.admit("c", "a", new Command.Recover(), START, START.plusSeconds(60)))
                .isEqualTo(new AnswerWindow.Verdict.Refused("replayed: this id was used for another command"));
    }

    @Test
    void anExpiredRequestIsRefused() {
        assertThat(window.admit("c", "a", new Command.Ping(), START.minusSeconds(9), START))
                .isInstanceOfSatisfying(
                        AnswerWindow.Verdict.Refused.class,
                        r -> assertThat(r.reason()).startsWith("expired"));
    }

    @Test
    void requestsUnderWayAreNeverForgotten() {
        for (int i = 0; i < 8; i++) {
            admit("id" + i, START.plusMillis(i));
        }

        assertThat(admit("one-more", START.plusMillis(9)))
                .isInstanceOfSatisfying(
                        AnswerWindow.Verdict.Refused.class,
                        r -> assertThat(r.reason()).startsWith("busy"));
    }

    @Property
    void nothingIsCarriedOutTwiceWhateverIsReplayedWhenever(
            @ForAll @Size(max = 200) List<@IntRange(max = 40) Integer> ids,
            @ForAll @IntRange(max = 120) int stepSeconds) {
        MovingClock time = new MovingClock();
        AnswerWindow small = new AnswerWindow(8, Duration.ofMinutes(10), time);
        Map<Integer, Instant> sent = new HashMap<>();
        Map<Integer, Integer> carriedOut = new HashMap<>();
        for (int id : ids) {
            time.now = time.now.plusSeconds(stepSeconds);
            Instant at = sent.computeIfAbsent(id, _ -> time.now);
            if (small.admit("c", "id" + id, new Command.Ping(), at, at.plusSeconds(300))
                    instanceof AnswerWindow.Verdict.Fresh(AnswerWindow.Entry entry)) {
                entry.reply(new byte[0]);
                carriedOut.merge(id, 1, Integer::sum);
            }
            assertThat(small.size()).isLessThanOrEqualTo(8);
        }
        assertThat(carriedOut.values()).allMatch(times -> times == 1);
    }

    private AnswerWindow.Verdict admit(String id, Instant sentAt) {
        return window.admit("c", id, new Command.Ping(), sentAt, START.plusSeconds(60));
    }

    private static final class MovingClock extends Clock {
        private Instant now = START;

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException("not needed");
        }

        @Override
        public Instant instant() {
            return now;
        }
    }
}
