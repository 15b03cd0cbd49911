/* Copyright the Carrel authors. */
package dev.carrel.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.engine.signin.FakeClock;
import dev.carrel.engine.store.StoreException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** At most one engine leads, and one takes over when the leader is gone. */
class LeadershipTest {
    private final FakeClock clock = new FakeClock();
    private final FakeLeases leases = new FakeLeases();
    private final Leadership first = engine();
    private final Leadership second = engine();

    private Leadership engine() {
        return new Leadership(leases, clock, new SimpleMeterRegistry());
    }

    private void bothRenewAfter(Duration time) {
        clock.pass(time);
        first.renew();
        second.renew();
    }

    @Test
    void oneLeadsForAsLongAsItRenews() {
        for (int i = 0; i < 20; i++) {
            bothRenewAfter(Duration.ofSeconds(5));

            assertThat(first.leads()).isTrue();
            assertThat(second.leads()).isFalse();
        }
    }

    @Test
    void whenTheLeaderDiesAnotherTakesOverWithinHalfAMinute() {
        bothRenewAfter(Duration.ZERO);

        for (int i = 0; i < 6; i++) {
            clock.pass(Duration.ofSeconds(5));
            second.renew();
            assertThat(first.leads() && second.leads()).isFalse();
        }

        assertThat(second.leads()).isTrue();
    }

    @Test
    void whoStopsGivesWayAtOnce() {
        bothRenewAfter(Duration.ZERO);

        first.stop();
        second.renew();

        assertThat(first.leads()).isFalse();
        assertThat(second.leads()).isTrue();
    }

    /** It was held up, by the machine or the database: others may think it dead. */
    @Test
    void whoCannotRenewKnowsByItselfThatItLeadsNoMore() {
        bothRenewAfter(Duration.ZERO);
        leases.down = true;

        clock.pass(Duration.ofSeconds(10));
        first.renew();
        assertThat(first.leads()).isTrue();

        clock.pass(Duration.ofSeconds(10));
        first.renew();
        assertThat(first.leads()).isFalse();
    }

    /** In memory, and sometimes not there. */
    private static final class FakeLeases implements LeaseStore {
        private record Lease(String holder, Instant until) {}

        private final Map<String, Lease> leases = new HashMap<>();
        private boolean down;

        @Override
        public boolean take(String name, String holder, Instant now, Instant until) {
            if (down) {
                throw new StoreException("the database does not answer");
            }
            Lease held = leases.get(name);
            if (held != null && !held.holder().equals(holder) && held.until().isAfter(now)) {
                return false;
            }
            leases.put(name, new Lease(holder, until));
            return true;
        }

        @Override
        public void give(String name, String holder) {
            leases.computeIfPresent(name, (_, held) -> held.holder().equals(holder) ? null : held);
        }
    }
}
