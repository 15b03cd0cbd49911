/* Copyright the Carrel authors. */
package dev.carrel.router.acme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** What the plain port answers to an authority: the tokens of the order under way, by their very path, and nothing else. */
class ChallengesTest {
    private final Challenges challenges = new Challenges();

    @Test
    void onlyTheTokensOfAnOrderUnderWayAreAnswered() throws Exception {
        challenges.expect("token", "token.print");

        assertThat(challenges.answer("/.well-known/acme-challenge/token")).isEqualTo("token.print");
        for (String other : new String[] {
            "/.well-known/acme-challenge/",
            "/.well-known/acme-challenge/toke",
            "/.well-known/acme-challenge/token/",
            "/.well-known/acme-challenge/token?x",
            "/.well-known/acme-challenge/../acme-challenge/token",
            "/.well-known/acme-challenge//token",
            "/token",
            "*"
        }) {
            assertThat(challenges.answer(other)).as(other).isNull();
        }

        challenges.forget();
        assertThat(challenges.answer("/.well-known/acme-challenge/token")).isNull();
    }

    @Test
    void noMoreAreKeptThanACertificateHasNames() throws Exception {
        for (int i = 0; i < 100; i++) {
            challenges.expect("token" + i, "x");
        }

        assertThatThrownBy(() -> challenges.expect("more", "x")).isInstanceOf(OrderFailed.class);
        assertThat(challenges.answer("/.well-known/acme-challenge/more")).isNull();
    }
}
