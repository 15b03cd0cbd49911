/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.protocol.name.ServerName;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.UserName;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlaceTest {
    private static final SessionAddress ALICE = new SessionAddress(UserName.of("alice"), ServerName.DEFAULT);
    private static final SessionAddress BOB =
            new SessionAddress(UserName.of("bob+x@example.org"), new ServerName("my.lab"));

    @ParameterizedTest
    @CsvSource({
        "/user/alice/lab/tree/a%20b.ipynb, /user/alice/lab/tree/a%20b.ipynb",
        "/user/alice/tree?token=1&x=%2F, /user/alice/tree?token=1&x=%2F",
        "/user/%61lice/lab, /user/alice/lab",
        "/user/alice/, /user/alice/"
    })
    void keepsAPathUnderTheBasePath(String wanted, String kept) {
        assertThat(Place.of(ALICE, Optional.of(wanted)).target()).isEqualTo(kept);
    }

    @Test
    void knowsOtherSpellingsOfTheNames() {
        assertThat(Place.of(BOB, Optional.of("/user/bob%2Bx%40example.org/my%2Elab/tree/x"))
                        .target())
                .isEqualTo("/user/bob%2Bx@example.org/my.lab/tree/x");
        assertThat(Place.of(BOB, Optional.of("/user/bob+x@example.org/my.lab/tree/x"))
                        .target())
                .isEqualTo("/user/bob%2Bx@example.org/my.lab/tree/x");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "lab",
                "/hub/admin",
                "/user/alice",
                "/user/bob/lab",
                "/user/alicex/lab",
                "/user/alice/../bob/lab",
                "/user/alice/%2e%2e/bob/lab",
                "/user/alice//evil.example/",
                "//evil.example/user/alice/lab",
                "/\\evil.example/user/alice/lab",
                "https://evil.example/user/alice/lab",
                "/user/alice/lab\r\nSet-Cookie: x=y",
                "/user/%ZZ/lab"
            })
    void everythingElseBecomesTheFirstPage(String wanted) {
        Place place = Place.of(ALICE, Optional.of(wanted));

        assertThat(place.target()).isEqualTo("/user/alice/lab");
        assertThat(place.enter()).isEqualTo("/hub/enter/alice");
    }

    @Test
    void aNamedServerIsNotServedByPathsOfTheDefaultOne() {
        assertThat(Place.of(BOB, Optional.of("/user/bob+x@example.org/lab")).next())
                .isEmpty();
    }

    @Test
    void carriesTheWishAlong() {
        Place place = Place.of(BOB, Optional.of("/user/bob+x@example.org/my.lab/tree/a&b?x=1"));

        assertThat(place.spawn())
                .isEqualTo("/hub/spawn/bob%2Bx@example.org/my.lab"
                        + "?next=%2Fuser%2Fbob%252Bx%40example.org%2Fmy.lab%2Ftree%2Fa%26b%3Fx%3D1");
        assertThat(Way.WAIT.path(place)).startsWith("/hub/spawn-pending/").isEqualTo(place.pending());
    }
}
