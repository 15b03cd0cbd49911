/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.engine.signin.Login;
import dev.carrel.engine.store.StoreException;
import dev.carrel.protocol.signed.Revocation;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

abstract class LoginStoreContract extends StoreContract {
    @BeforeEach
    void somebody() {
        stores.users().add(user("ada"));
    }

    private static Revocation end(String id) {
        return new Revocation(Revocation.Kind.LOGIN, id, NOW, NOW.plusSeconds(60));
    }

    @Test
    void findsASignInByTheHashOfItsSecretAlone() {
        Login login = login("l1", ADA);
        stores.logins().add(login, "h1");

        assertThat(stores.logins().find("h1")).contains(login);
        assertThat(stores.logins().find("l1")).isEmpty();
        assertThat(stores.logins().find("")).isEmpty();
    }

    @Test
    void listsThoseOfAUserTheLatestSeenFirst() {
        stores.logins().add(login("l1", ADA), "h1");
        stores.logins().add(login("l2", ADA), "h2");
        stores.logins().seen("l1", NOW.plusSeconds(5));
        stores.logins().seen("l1", NOW.plusSeconds(2));

        assertThat(stores.logins().list(ADA)).extracting(Login::id).containsExactly("l1", "l2");
        assertThat(stores.logins().find("h1").orElseThrow().lastSeen()).isEqualTo(NOW.plusSeconds(5));
        assertThat(stores.logins().list(BOB)).isEmpty();
    }

    @Test
    void endsOneAndKeepsTheRevocationEvenWhenItWasGone() {
        stores.logins().add(login("l1", ADA), "h1");

        assertThat(stores.logins().end("l1", end("l1"))).isTrue();
        assertThat(stores.logins().find("h1")).isEmpty();
        assertThat(stores.logins().end("l2", end("l2"))).isFalse();
        assertThat(stores.revocations().list(NOW)).containsExactlyInAnyOrder(end("l1"), end("l2"));
    }

    @Test
    void prunesWhatExpiredOrWasNotSeenForLong() {
        stores.logins().add(new Login("expired", ADA, NOW, NOW.plusSeconds(50), NOW.plusSeconds(60), ""), "h1");
        stores.logins().add(new Login("idle", ADA, NOW, NOW, NOW.plus(Duration.ofDays(9)), ""), "h2");
        stores.logins().add(new Login("good", ADA, NOW, NOW.plusSeconds(50), NOW.plusSeconds(61), ""), "h3");

        assertThat(stores.logins().prune(NOW.plusSeconds(60), NOW.plusSeconds(10)))
                .isEqualTo(2);

        assertThat(stores.logins().list(ADA)).extracting(Login::id).containsExactly("good");
    }

    @Test
    void refusesASignInOfNobody() {
        assertThatThrownBy(() -> stores.logins().add(login("l1", BOB), "h1")).isInstanceOf(StoreException.class);
    }

    @Test
    void refusesASecretThatIsThereAlready() {
        stores.logins().add(login("l1", ADA), "h1");

        assertThatThrownBy(() -> stores.logins().add(login("l2", ADA), "h1")).isInstanceOf(StoreException.class);
    }
}
