/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.engine.signin.ApiToken;
import dev.carrel.protocol.signed.Revocation;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

abstract class TokenStoreContract extends StoreContract {
    @BeforeEach
    void somebody() {
        stores.users().add(user("ada"));
        stores.users().add(user("bob"));
    }

    private static Revocation end(String id) {
        return new Revocation(Revocation.Kind.TOKEN, id, NOW, NOW.plusSeconds(60));
    }

    @Test
    void givesBackWhatWasAddedByTheHashOfItsText() {
        ApiToken token = new ApiToken(
                "t1",
                ADA,
                "a \"note\"\n",
                List.of("servers!user", "read:users!user=ли́за"),
                NOW,
                NOW.plusSeconds(9),
                NOW.plusSeconds(1));
        stores.tokens().add(token, "h1");

        assertThat(stores.tokens().find("h1")).contains(token);
        assertThat(stores.tokens().find("t1")).isEmpty();
    }

    @Test
    void listsThoseOfAUserTheNewestFirst() {
        stores.tokens().add(token("t1", ADA, NOW), "h1");
        stores.tokens().add(token("t2", ADA, NOW.plusSeconds(1)), "h2");
        stores.tokens().add(token("t3", BOB, NOW), "h3");

        assertThat(stores.tokens().list(ADA)).extracting(ApiToken::id).containsExactly("t2", "t1");
    }

    @Test
    void notesAUse() {
        stores.tokens().add(token("t1", ADA, NOW), "h1");

        stores.tokens().used("t1", NOW.plusSeconds(7));

        assertThat(stores.tokens().find("h1").orElseThrow().lastUsed()).isEqualTo(NOW.plusSeconds(7));
    }

    @Test
    void revokesATokenOfItsUserOnly() {
        stores.tokens().add(token("t1", ADA, NOW), "h1");

        assertThat(stores.tokens().revoke(BOB, "t1", end("t1"))).isFalse();
        assertThat(stores.tokens().find("h1")).isPresent();
        assertThat(stores.revocations().list(NOW)).isEmpty();

        assertThat(stores.tokens().revoke(ADA, "t1", end("t1"))).isTrue();
        assertThat(stores.tokens().find("h1")).isEmpty();
        assertThat(stores.revocations().list(NOW)).containsExactly(end("t1"));
    }

    @Test
    void prunesWhatHasExpiredAndNothingWithoutAnEnd() {
        stores.tokens().add(new ApiToken("t1", ADA, "", List.of(), NOW, NOW.plusSeconds(5), null), "h1");
        stores.tokens().add(token("t2", ADA, NOW), "h2");

        assertThat(stores.tokens().prune(NOW.plusSeconds(4))).isZero();
        assertThat(stores.tokens().prune(NOW.plusSeconds(5))).isOne();

        assertThat(stores.tokens().list(ADA)).extracting(ApiToken::id).containsExactly("t2");
    }
}
