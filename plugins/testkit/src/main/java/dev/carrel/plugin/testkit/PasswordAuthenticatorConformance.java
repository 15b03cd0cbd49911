/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.carrel.plugin.PasswordAuthenticator;
import dev.carrel.plugin.PasswordAuthenticator.Answer;
import dev.carrel.plugin.PasswordAuthenticator.Attempt;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A {@link PasswordAuthenticator}: it knows the right password and no other, whatever is typed, and of what it keeps nobody can read a password. Those that
 * keep nothing override {@link #known}.
 */
@Timeout(120)
public abstract class PasswordAuthenticatorConformance {
    private static final String GOOD = "a Long sentence; as 1 should be";
    private static final int MANY = 24;

    private PasswordAuthenticator subject = _ -> new Answer.Wrong();

    /** For subclasses. */
    protected PasswordAuthenticatorConformance() {}

    /** The subject. */
    protected abstract PasswordAuthenticator authenticator();

    /**
     * An attempt that is right.
     *
     * @throws Exception when none could be made
     */
    protected Attempt known() throws Exception {
        return attempt("ada", GOOD, Optional.of(kept(GOOD)));
    }

    @BeforeEach
    final void open() {
        subject = authenticator();
    }

    private static Attempt attempt(String name, String password, Optional<String> kept) {
        return new Attempt(name, password, kept, "192.0.2.1");
    }

    private static Attempt with(Attempt right, String password) {
        return attempt(right.name(), password, right.kept());
    }

    private PasswordAuthenticator.Keeping keeping() {
        Optional<PasswordAuthenticator.Keeping> keeping = subject.keeping();
        assumeTrue(keeping.isPresent(), "it keeps no passwords");
        return keeping.orElseThrow();
    }

    private String kept(String password) throws Exception {
        Answer answer = keeping().keep(password);
        assertThat(answer).as("of a good password is kept").isInstanceOf(Answer.Kept.class);
        return ((Answer.Kept) answer).text();
    }

    private static boolean lets(Answer answer) {
        return answer instanceof Answer.Right || answer instanceof Answer.Identified;
    }

    @Test
    void theRightPasswordIsRight() throws Exception {
        assertThat(lets(subject.check(known()))).isTrue();
    }

    @Test
    void everyOtherIsWrong() throws Exception {
        Attempt right = known();
        String password = right.password();
        for (String other : List.of(
                "",
                " ",
                password + " ",
                " " + password,
                password + "\u0000",
                password.substring(1),
                password.substring(0, password.length() - 1),
                password.toUpperCase(java.util.Locale.ROOT),
                password + password,
                "x".repeat(5_000_000))) {
            assertThat(subject.check(with(right, other))).isEqualTo(new Answer.Wrong());
        }
        for (String text : Hostile.TEXTS) {
            assertThat(subject.check(with(right, text))).isEqualTo(new Answer.Wrong());
        }
    }

    @Test
    void whoHasNoPasswordComesInWithNone() throws Exception {
        for (String password : List.of("", GOOD)) {
            assertThat(subject.check(attempt("no-such-person", password, Optional.empty())))
                    .isEqualTo(new Answer.Wrong());
        }
        for (String name : Hostile.TEXTS) {
            assertThat(subject.check(attempt(name, GOOD, Optional.empty()))).isEqualTo(new Answer.Wrong());
        }
    }

    @Test
    void whatIsKeptTellsNothing() throws Exception {
        String kept = kept(GOOD);
        assertThat(kept).doesNotContain(GOOD);
        assertThat(kept(GOOD)).as("of the same password").isNotEqualTo(kept);
    }

    @Test
    void ofAnotherPasswordSomethingElseIsKept() throws Exception {
        String other = kept(GOOD + "!");
        assertThat(subject.check(attempt("ada", GOOD, Optional.of(other)))).isEqualTo(new Answer.Wrong());
    }

    @Test
    void whatIsBetterFitsToo() throws Exception {
        Attempt right = known();
        if (subject.check(right) instanceof Answer.Right(Optional<String> better) && better.isPresent()) {
            assertThat(subject.check(attempt(right.name(), right.password(), better)))
                    .isEqualTo(new Answer.Right(Optional.empty()));
        }
    }

    @Test
    void tooShortOnesAreUnfitAndItSaysWhy() throws Exception {
        int least = keeping().minLength();
        assertThat(least).isBetween(1, 128).isEqualTo(keeping().minLength());
        for (String password : List.of("", "x".repeat(least - 1), "😀".repeat(least - 1))) {
            assertThat(keeping().keep(password))
                    .isInstanceOfSatisfying(
                            Answer.Unfit.class,
                            unfit -> assertThat(unfit.message()).isNotBlank());
        }
    }

    @Test
    void oddOnesAreKeptOrUnfitAndNoFailure() throws Exception {
        for (String text : Hostile.TEXTS) {
            Answer answer = keeping().keep(text);
            if (answer instanceof Answer.Kept(String kept)) {
                assertThat(lets(subject.check(attempt("ada", text, Optional.of(kept)))))
                        .isTrue();
            } else {
                assertThat(answer).isInstanceOf(Answer.Unfit.class);
            }
        }
        assertThat(keeping().keep("x".repeat(5_000_000))).isInstanceOf(Answer.Unfit.class);
    }

    @Test
    void manyAtOnceAreJudgedRightlyOrToldThatItIsBusy() throws Exception {
        Attempt right = known();
        Attempt wrong = with(right, right.password() + "x");
        try (ExecutorService people = Executors.newFixedThreadPool(MANY)) {
            List<Callable<Answer>> calls = IntStream.range(0, MANY)
                    .<Callable<Answer>>mapToObj(i -> () -> subject.check(i % 2 == 0 ? right : wrong))
                    .toList();
            List<Future<Answer>> answers = people.invokeAll(calls);
            for (int i = 0; i < MANY; i++) {
                Answer answer = answers.get(i).get();
                if (!(answer instanceof Answer.Busy)) {
                    assertThat(lets(answer)).isEqualTo(i % 2 == 0);
                }
            }
        }
    }
}
