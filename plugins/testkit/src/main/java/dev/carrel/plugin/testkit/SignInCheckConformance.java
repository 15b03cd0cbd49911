/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.plugin.SignInAttempt;
import dev.carrel.plugin.SignInCheck;
import dev.carrel.plugin.SignInDecision;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A {@link SignInCheck}: it judges everybody, in time, always alike, and tells those whom it keeps out something that a page may show. */
@Timeout(120)
public abstract class SignInCheckConformance {
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private SignInCheck check = _ -> SignInDecision.ALLOW;

    /** For subclasses. */
    protected SignInCheckConformance() {}

    /** The subject. */
    protected abstract SignInCheck check();

    /** Whom it allows; at least one. */
    protected abstract List<SignInAttempt> allowed();

    /** Whom it keeps out or leads away; at least one. */
    protected abstract List<SignInAttempt> keptOut();

    @BeforeEach
    final void open() {
        check = check();
    }

    private static SignInAttempt odd(String text) {
        return new SignInAttempt(
                text, text, text, Optional.of(text), false, text, Set.of(text), false, true, false, text);
    }

    @Test
    void itTellsThemApart() throws Exception {
        assertThat(allowed()).isNotEmpty();
        assertThat(keptOut()).isNotEmpty();
        for (SignInAttempt attempt : allowed()) {
            assertThat(check.check(attempt)).as("of %s", attempt).isInstanceOf(SignInDecision.Allow.class);
        }
        for (SignInAttempt attempt : keptOut()) {
            assertThat(check.check(attempt))
                    .as("of %s", attempt)
                    .isNotNull()
                    .isNotInstanceOf(SignInDecision.Allow.class);
        }
    }

    @Test
    void theSameAttemptIsJudgedAlike() throws Exception {
        for (SignInAttempt attempt : keptOut()) {
            assertThat(check.check(attempt)).isEqualTo(check.check(attempt));
        }
        for (SignInAttempt attempt : allowed()) {
            assertThat(check.check(attempt)).isEqualTo(check().check(attempt));
        }
    }

    @Test
    void whomItRefusesIsToldWhy() throws Exception {
        for (SignInAttempt attempt : keptOut()) {
            if (check.check(attempt) instanceof SignInDecision.Refuse refusal) {
                assertThat(refusal.message()).isNotBlank();
            }
        }
    }

    @Test
    void oddPeopleAreJudgedInTimeToo() throws Exception {
        long begin = System.nanoTime();
        for (String text : Hostile.TEXTS) {
            assertThat(check.check(odd(text))).as("of \"%s\"", text).isNotNull();
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(LIMIT);
    }

    @Test
    void manyAreJudgedAtOnce() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Future<SignInDecision>> decisions = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                SignInAttempt attempt = (i % 2 == 0 ? allowed() : keptOut()).getFirst();
                decisions.add(threads.submit(() -> check.check(attempt)));
            }
            for (int i = 0; i < decisions.size(); i++) {
                assertThat(decisions.get(i).get() instanceof SignInDecision.Allow)
                        .isEqualTo(i % 2 == 0);
            }
        }
    }
}
