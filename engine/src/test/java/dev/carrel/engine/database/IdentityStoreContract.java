/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.engine.signin.IdentityStore.Outcome;
import dev.carrel.engine.signin.LinkedIdentity;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.signed.Revocation;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

abstract class IdentityStoreContract extends StoreContract {
    private static LinkedIdentity of(String method, String subject, UserName user) {
        return new LinkedIdentity(method, subject, user, NOW);
    }

    @Test
    void anAccountAndItsIdentityComeTogether() {
        assertThat(stores.identities().create(user("ada"), of("sso", "1", ADA))).isEqualTo(Outcome.DONE);

        assertThat(stores.identities().find("sso", "1")).contains(of("sso", "1", ADA));
        assertThat(stores.users().find(ADA)).contains(user("ada"));
    }

    @Test
    void aNameThatIsTakenStaysWithItsOwner() {
        stores.users().add(user("ada"));

        assertThat(stores.identities().create(user("ada"), of("sso", "1", ADA))).isEqualTo(Outcome.NAME_TAKEN);
        assertThat(stores.identities().find("sso", "1")).isEmpty();
    }

    @Test
    void anIdentityOpensOneAccountOnly() {
        stores.identities().create(user("ada"), of("sso", "1", ADA));
        stores.users().add(user("bob"));

        assertThat(stores.identities().create(user("eve"), of("sso", "1", new UserName("eve"))))
                .isEqualTo(Outcome.LINKED);
        assertThat(stores.identities().link(of("sso", "1", BOB))).isEqualTo(Outcome.LINKED);
        assertThat(stores.identities().find("sso", "1")).contains(of("sso", "1", ADA));
        assertThat(stores.users().find(new UserName("eve"))).isEmpty();
    }

    @Test
    void methodsAndSubjectsAreToldApartToTheLetter() {
        stores.identities().create(user("ada"), of("sso", "a", ADA));

        assertThat(stores.identities().find("sso", "A")).isEmpty();
        assertThat(stores.identities().find("ss", "oa")).isEmpty();
        assertThat(stores.identities().find("other", "a")).isEmpty();
        assertThat(stores.identities().create(user("bob"), of("other", "a", BOB)))
                .isEqualTo(Outcome.DONE);
    }

    @Test
    void anAccountMayHaveMany() {
        stores.users().add(user("ada"));

        assertThat(stores.identities().link(of("sso", "1", ADA))).isEqualTo(Outcome.DONE);
        assertThat(stores.identities().link(of("proxy", "ada", ADA))).isEqualTo(Outcome.DONE);
        assertThat(stores.identities().link(of("proxy", "x", BOB))).isEqualTo(Outcome.UNKNOWN);
        assertThat(stores.identities().list(ADA)).containsExactly(of("proxy", "ada", ADA), of("sso", "1", ADA));
        assertThat(stores.identities().list(BOB)).isEmpty();
    }

    @Test
    void theyGoWithTheirAccount() {
        stores.identities().create(user("ada"), of("sso", "1", ADA));

        stores.users().delete(ADA, ends(ADA, NOW));

        assertThat(stores.identities().find("sso", "1")).isEmpty();
    }

    @Test
    void takingOneAwayEndsWhatItOpened() {
        stores.identities().create(user("ada"), of("sso", "1", ADA));
        stores.logins().add(login("l1", ADA), "hash");

        assertThat(stores.identities().unlink(BOB, "sso", "1", ends(BOB, NOW))).isFalse();
        assertThat(stores.logins().list(ADA)).hasSize(1);
        assertThat(stores.identities().unlink(ADA, "sso", "1", ends(ADA, NOW))).isTrue();

        assertThat(stores.identities().find("sso", "1")).isEmpty();
        assertThat(stores.logins().list(ADA)).isEmpty();
        assertThat(revocation(Revocation.Kind.USER, "ada")).isPresent();
        assertThat(stores.users().find(ADA)).isPresent();
    }

    @Test
    void ofManyFirstSignInsAtOnceOneMakesTheAccount() throws Exception {
        AtomicInteger number = new AtomicInteger();

        List<Outcome> outcomes = atOnce(8, () -> {
            int mine = number.incrementAndGet();
            return stores.identities().create(user("ada" + mine), of("sso", "1", new UserName("ada" + mine)));
        });

        assertThat(outcomes).containsOnlyOnce(Outcome.DONE).contains(Outcome.LINKED);
        assertThat(stores.users().list(dev.carrel.engine.signin.UserQuery.all(0, 10)))
                .hasSize(1);
    }

    @Test
    void aFlowEndsOnce() throws Exception {
        List<Boolean> used = atOnce(8, () -> stores.identities().use("f1", NOW.plusSeconds(600)));

        assertThat(used).containsOnlyOnce(true);
        assertThat(stores.identities().use("f2", NOW.plusSeconds(600))).isTrue();
        assertThat(stores.identities().prune(NOW)).isZero();
        assertThat(stores.identities().prune(NOW.plusSeconds(600))).isEqualTo(2);
    }
}
