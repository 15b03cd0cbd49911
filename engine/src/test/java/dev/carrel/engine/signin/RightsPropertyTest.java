/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.protocol.name.UserName;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever scopes are made, a right never grows on its way from owner to token to the token's own tokens. */
class RightsPropertyTest {
    private static final List<String> NAMES = List.of(
            "admin:users",
            "delete:users",
            "users",
            "list:users",
            "read:users",
            "read:users:name",
            "read:users:activity",
            "users:activity",
            "admin:servers",
            "servers",
            "start:servers",
            "delete:servers",
            "read:servers",
            "tokens",
            "read:tokens",
            "access:servers",
            "shares",
            "functions",
            "read:functions",
            "call:functions",
            "read:hub");
    private static final List<UserName> USERS =
            Stream.of("ada", "bob").map(UserName::new).toList();
    private static final List<String> SERVERS = List.of("", "lab", "x");

    @Provide
    Arbitrary<Scope> scopes() {
        Arbitrary<String> filter = Arbitraries.of(
                "",
                "!user",
                "!user=ada",
                "!user=bob",
                "!server=ada/",
                "!server=ada/lab",
                "!server=bob/",
                "!server=bob/lab");
        Arbitrary<Scope> named = Combinators.combine(Arbitraries.of(NAMES), filter)
                .as((name, f) -> f.startsWith("!server=") && !name.endsWith("servers") && !name.equals("shares")
                        ? name
                        : name + f)
                .map(Scope::parse);
        return Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(1, Arbitraries.of("inherit", "self").map(Scope::parse)),
                net.jqwik.api.Tuple.of(6, named));
    }

    @Provide
    Arbitrary<Rights> rights() {
        return Combinators.combine(
                        Arbitraries.of(USERS),
                        Arbitraries.of(true, false),
                        scopes().list().ofMaxSize(4))
                .as(Rights::new);
    }

    private static Rights owner(Rights token) {
        return Rights.of(new User(token.user(), token.admin(), false, Instant.EPOCH, null, null));
    }

    /** Everything the first may the second may too. */
    private static void assertWithin(Rights inner, Rights outer) {
        for (String name : NAMES) {
            assertThat(!inner.mayOnAll(name) || outer.mayOnAll(name))
                    .as(name + " on all")
                    .isTrue();
            for (UserName target : USERS) {
                for (String server : SERVERS) {
                    assertThat(!inner.may(name, target, server) || outer.may(name, target, server))
                            .as("%s on %s/%s: %s within %s", name, target, server, inner, outer)
                            .isTrue();
                }
            }
        }
    }

    @Property
    void aTokenMayNothingThatItsOwnerMayNot(@ForAll("rights") Rights token) {
        assertWithin(token, owner(token));
    }

    @Property
    void whatATokenGivesAwayItMayItself(@ForAll("rights") Rights token, @ForAll("scopes") Scope given) {
        if (token.mayGrant(given)) {
            assertWithin(new Rights(token.user(), token.admin(), List.of(given)), token);
        }
    }

    @Property
    void aPersonMayGiveAwayEverythingTheyMay(@ForAll("rights") Rights token, @ForAll("scopes") Scope given) {
        Rights person = owner(token);
        boolean useful = NAMES.stream()
                .anyMatch(n -> USERS.stream()
                        .anyMatch(
                                u -> given.name().equals(n) && given.filter().equals("user=" + u) && person.may(n, u)));
        if (useful) {
            assertThat(person.mayGrant(given)).isTrue();
        }
    }

    @Property
    void nobodyEntersAnothersSessionsOrLetsOthersIn(@ForAll("rights") Rights token) {
        for (UserName target : USERS) {
            if (!target.equals(token.user())) {
                SERVERS.forEach(server -> {
                    assertThat(token.may("access:servers", target, server)).isFalse();
                    assertThat(token.may("shares", target, server)).isFalse();
                });
            }
        }
        assertThat(token.mayOnAll("access:servers")).isFalse();
        assertThat(token.mayOnAll("shares")).isFalse();
    }

    @Property
    void withoutARoleNobodyTouchesAnother(@ForAll("rights") Rights token) {
        if (!token.admin()) {
            NAMES.forEach(name -> {
                assertThat(token.mayOnAll(name)).isFalse();
                USERS.stream()
                        .filter(u -> !u.equals(token.user()))
                        .forEach(u -> SERVERS.forEach(
                                s -> assertThat(token.may(name, u, s)).isFalse()));
            });
        }
    }
}
