/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.protocol.signed.Revocation;
import dev.carrel.protocol.signed.Revocation.Kind;
import org.junit.jupiter.api.Test;

abstract class RevocationStoreContract extends StoreContract {
    private static Revocation of(Kind kind, int notBefore, int until) {
        return new Revocation(kind, "x", NOW.plusSeconds(notBefore), NOW.plusSeconds(until));
    }

    @Test
    void ofTwoOfTheSameThingTheLaterCounts() {
        stores.revocations().add(of(Kind.USER, 5, 50));
        stores.revocations().add(of(Kind.USER, 3, 60));

        assertThat(stores.revocations().list(NOW)).containsExactly(of(Kind.USER, 5, 60));
    }

    @Test
    void aLoginATokenAndAUserOfOneNameAreThreeThings() {
        for (Kind kind : Kind.values()) {
            stores.revocations().add(of(kind, 1, 10));
        }

        assertThat(stores.revocations().list(NOW)).hasSize(3);
    }

    @Test
    void whatCanEndNothingAnyMoreIsNeitherListedNorKept() {
        stores.revocations().add(of(Kind.USER, 0, 10));
        stores.revocations().add(of(Kind.TOKEN, 0, 11));

        assertThat(stores.revocations().list(NOW.plusSeconds(10))).containsExactly(of(Kind.TOKEN, 0, 11));
        assertThat(stores.revocations().prune(NOW.plusSeconds(10))).isOne();
        assertThat(stores.revocations().list(NOW)).containsExactly(of(Kind.TOKEN, 0, 11));
    }
}
