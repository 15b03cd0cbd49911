/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.protocol.signed.Revocation;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

abstract class InvitationStoreContract extends StoreContract {
    @BeforeEach
    void somebodyInvited() {
        stores.users().add(user("root", true));
        stores.users().add(user("ada"));
        stores.invitations().replace(ADA, "i1", NOW.plusSeconds(60));
    }

    private boolean accept(String hash, int seconds) {
        return stores.invitations()
                .accept(hash, NOW.plusSeconds(seconds), Optional.of("chosen"), ends(ADA, NOW.plusSeconds(seconds)));
    }

    private String passwordHash() {
        return stores.users().find(ADA).orElseThrow().passwordHash();
    }

    @Test
    void isAcceptedOnce() {
        assertThat(stores.invitations().find("i1", NOW)).contains(ADA);

        assertThat(accept("i1", 1)).isTrue();
        assertThat(passwordHash()).isEqualTo("chosen");

        assertThat(stores.invitations().find("i1", NOW)).isEmpty();
        assertThat(accept("i1", 2)).isFalse();
    }

    @Test
    void acceptedWithoutAPasswordItLeavesTheOneThatIsThere() {
        assertThat(stores.invitations().accept("i1", NOW, Optional.empty(), ends(ADA, NOW)))
                .isTrue();

        assertThat(passwordHash()).isEqualTo("hash of ada");
        assertThat(stores.invitations().find("i1", NOW)).isEmpty();
    }

    @Test
    void isNotAcceptedOnceItHasExpired() {
        assertThat(stores.invitations().find("i1", NOW.plusSeconds(60))).isEmpty();
        assertThat(accept("i1", 60)).isFalse();
        assertThat(passwordHash()).isEqualTo("hash of ada");
        assertThat(stores.revocations().list(NOW)).isEmpty();
    }

    @Test
    void ofManyWhoAcceptAtOnceOneWins() throws Exception {
        AtomicInteger number = new AtomicInteger();

        var won = atOnce(
                8,
                () -> stores.invitations()
                        .accept("i1", NOW, Optional.of("p" + number.incrementAndGet()), ends(ADA, NOW)));

        assertThat(won).containsOnlyOnce(true);
    }

    @Test
    void acceptingEndsSignInsAndTokensOfBefore() {
        stores.logins().add(login("l1", ADA), "h1");
        stores.tokens().add(token("t1", ADA, NOW), "h2");

        accept("i1", 1);

        assertThat(stores.logins().list(ADA)).isEmpty();
        assertThat(stores.tokens().list(ADA)).isEmpty();
        assertThat(revocation(Revocation.Kind.USER, "ada")).isPresent();
        assertThat(revocation(Revocation.Kind.LOGIN, "l1")).isPresent();
    }

    @Test
    void aSecondOneTakesThePlaceOfTheFirst() {
        stores.invitations().replace(ADA, "i2", NOW.plusSeconds(60));

        assertThat(stores.invitations().find("i1", NOW)).isEmpty();
        assertThat(accept("i1", 1)).isFalse();
        assertThat(accept("i2", 1)).isTrue();
    }

    @Test
    void letsNobodyInWhoIsDisabled() {
        stores.users().change(ADA, disabled(true), Optional.empty(), ends(ADA, NOW));
        stores.invitations().replace(ADA, "i2", NOW.plusSeconds(60));

        assertThat(stores.invitations().find("i2", NOW)).isEmpty();
        assertThat(accept("i2", 1)).isFalse();
        assertThat(passwordHash()).isEqualTo("hash of ada");
    }

    @Test
    void prunesWhatWasUsedOrExpiredBefore() {
        stores.users().add(user("bob"));
        stores.invitations().replace(BOB, "i2", NOW.plusSeconds(60));
        accept("i1", 1);

        assertThat(stores.invitations().prune(NOW.plusSeconds(1))).isZero();
        assertThat(stores.invitations().prune(NOW.plusSeconds(2))).isOne();
        assertThat(stores.invitations().find("i2", NOW)).contains(BOB);
        assertThat(stores.invitations().prune(NOW.plusSeconds(61))).isOne();
    }
}
