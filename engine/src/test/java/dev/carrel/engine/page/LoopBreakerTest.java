/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.protocol.name.ServerName;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.UserName;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LoopBreakerTest {
    private static final SessionAddress ALICE = new SessionAddress(UserName.of("alice"), ServerName.DEFAULT);
    private static final Place DOOR = Place.of(ALICE);

    private final AtomicLong nanos = new AtomicLong();
    private final LoopBreaker breaker = new LoopBreaker(nanos::get);

    @Test
    void stopsABrowserThatComesBackWithinSeconds() {
        for (int i = 0; i < LoopBreaker.MOST; i++) {
            assertThat(breaker.looping("login", DOOR)).isFalse();
        }

        assertThat(breaker.looping("login", DOOR)).isTrue();
    }

    @Test
    void letsAPersonTryAgain() {
        for (int i = 0; i <= LoopBreaker.MOST; i++) {
            breaker.looping("login", DOOR);
        }

        assertThat(breaker.looping("login", DOOR)).isFalse();
    }

    @Test
    void doesNotMindManyTabsOrManyPeople() {
        for (int i = 0; i < 50; i++) {
            Place tab = Place.of(ALICE, Optional.of("/user/alice/lab/tree/" + i));
            assertThat(breaker.looping("login", tab)).isFalse();
            assertThat(breaker.looping("login" + i, DOOR)).isFalse();
        }
    }

    @Test
    void forgets() {
        for (int i = 0; i < LoopBreaker.MOST; i++) {
            breaker.looping("login", DOOR);
        }
        nanos.addAndGet(Duration.ofSeconds(11).toNanos());

        assertThat(breaker.looping("login", DOOR)).isFalse();
    }
}
