/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.signed.Claims;
import dev.carrel.protocol.signed.Purpose;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApiTokensTest {
    private static final UserName BOB = new UserName("bob");

    @TempDir
    Path folder;

    private SigninRig rig;

    @BeforeEach
    void open() {
        rig = new SigninRig(folder);
        rig.add("root", true);
        rig.add("ada", false);
        rig.add("bob", false);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private Rights rights(UserName user) {
        return Rights.of(rig.accounts.get(user));
    }

    private ApiTokens.Made make(UserName owner, Rights by, String... scopes) {
        return rig.tokens.create(owner, by, List.of(scopes), "note", Optional.empty(), SigninRig.CALLER);
    }

    private Refusal.Kind refused(UserName owner, Rights by, String... scopes) {
        return SigninRig.refused(() -> make(owner, by, scopes)).kind();
    }

    private Rights bearer(ApiTokens.Made made) {
        return rig.tokens.verify(made.text()).orElseThrow().rights();
    }

    @Test
    void withoutScopesItMayWhatItsOwnerMay() {
        ApiTokens.Made made = make(SigninRig.ADA, rights(SigninRig.ADA));

        ApiTokens.Bearer bearer = rig.tokens.verify(made.text()).orElseThrow();
        assertThat(bearer.user().name()).isEqualTo(SigninRig.ADA);
        assertThat(bearer.rights().may("start:servers", SigninRig.ADA)).isTrue();
        assertThat(bearer.rights().may("start:servers", BOB)).isFalse();
        assertThat(bearer.rights().mayOnAll("list:users")).isFalse();
        assertThat(made.toString()).doesNotContain(made.text());
    }

    @Test
    void withScopesItMayOnlyThose() {
        Rights rights =
                bearer(make(SigninRig.ADA, rights(SigninRig.ADA), "read:users!user", "start:servers!server=ada/lab"));

        assertThat(rights.may("read:users", SigninRig.ADA)).isTrue();
        assertThat(rights.may("start:servers", SigninRig.ADA, "lab")).isTrue();
        assertThat(rights.may("start:servers", SigninRig.ADA, "")).isFalse();
        assertThat(rights.may("delete:servers", SigninRig.ADA, "lab")).isFalse();
        assertThat(rights.may("tokens", SigninRig.ADA)).isFalse();
    }

    @Test
    void changedOrMadeUpTextsAreNoTokens() {
        String text = make(SigninRig.ADA, rights(SigninRig.ADA)).text();
        String signedElsewhere = new dev.carrel.protocol.signed.SignedValues(
                        dev.carrel.protocol.signed.SigningKeys.parse(
                                "x", dev.carrel.protocol.signed.SigningKeys.freshLine()),
                        rig.clock)
                .sign(
                        Purpose.API,
                        new Claims(
                                "ada",
                                "",
                                "id",
                                "",
                                List.of("inherit"),
                                rig.clock.instant(),
                                rig.clock.instant().plusSeconds(60)));
        String neverMade = rig.values.sign(
                Purpose.API,
                new Claims(
                        "ada",
                        "",
                        "id",
                        "",
                        List.of("inherit"),
                        rig.clock.instant(),
                        rig.clock.instant().plusSeconds(60)));

        for (String other : List.of(
                "",
                "x",
                text + "A",
                text.substring(1),
                text.toUpperCase(java.util.Locale.ROOT),
                signedElsewhere,
                neverMade)) {
            assertThat(rig.tokens.verify(other)).isEmpty();
        }
    }

    @Test
    void itEndsWhenItsTimeIsOver() {
        ApiTokens.Made made = rig.tokens.create(
                SigninRig.ADA,
                rights(SigninRig.ADA),
                List.of(),
                "",
                Optional.of(Duration.ofHours(1)),
                SigninRig.CALLER);

        rig.clock.pass(Duration.ofMinutes(59));
        assertThat(rig.tokens.verify(made.text())).isPresent();
        rig.clock.pass(Duration.ofMinutes(1));
        assertThat(rig.tokens.verify(made.text())).isEmpty();
        assertThat(rig.tokens.list(SigninRig.ADA)).isEmpty();
    }

    @Test
    void livesThatAreNoneAreRefused() {
        for (Duration life : List.of(Duration.ZERO, Duration.ofSeconds(-5), Duration.ofSeconds(Long.MAX_VALUE))) {
            Refusal refusal = SigninRig.refused(() -> rig.tokens.create(
                    SigninRig.ADA, rights(SigninRig.ADA), List.of(), "", Optional.of(life), SigninRig.CALLER));
            assertThat(refusal.kind()).isEqualTo(Refusal.Kind.INVALID);
        }
        assertThat(rig.tokens.list(SigninRig.ADA)).isEmpty();
    }

    @Test
    void revokedItIsDeadHereAndAtTheRouterEvenIfTheClockIsSetBack() {
        ApiTokens.Made made = make(SigninRig.ADA, rights(SigninRig.ADA));
        Claims claims = rig.claims(made);
        assertThat(rig.revoked(claims)).isFalse();
        rig.clock.pass(Duration.ofSeconds(-30));

        assertThat(rig.tokens.revoke(BOB, made.token().id(), SigninRig.CALLER)).isFalse();
        assertThat(rig.tokens.verify(made.text())).isPresent();
        int told = rig.watcher.told();
        assertThat(rig.tokens.revoke(SigninRig.ADA, made.token().id(), SigninRig.CALLER))
                .isTrue();

        assertThat(rig.tokens.verify(made.text())).isEmpty();
        assertThat(rig.revoked(claims)).isTrue();
        assertThat(rig.watcher.told()).isEqualTo(told + 1);
        assertThat(rig.tokens.revoke(SigninRig.ADA, made.token().id(), SigninRig.CALLER))
                .isFalse();
    }

    @Test
    void theRouterIsToldOfNoRightButToEnterAndNeverOfEverybodysSessions() {
        Claims all = rig.claims(make(
                SigninRig.ROOT, rights(SigninRig.ROOT), "access:servers", "admin:servers", "servers", "admin:users"));
        Claims one =
                rig.claims(make(SigninRig.ADA, rights(SigninRig.ADA), "access:servers!server=ada/lab", "servers!user"));

        assertThat(all.scopes()).containsExactly("access:servers!user");
        assertThat(one.scopes()).containsExactly("access:servers!server=ada/lab");
        assertThat(rig.tokens.list(SigninRig.ROOT).getFirst().scopes())
                .containsExactly("access:servers!user", "admin:servers", "servers", "admin:users");
    }

    @Test
    void nobodyGivesAwayMoreThanTheyMay() {
        assertThat(refused(SigninRig.ADA, rights(SigninRig.ADA), "list:users")).isEqualTo(Refusal.Kind.FORBIDDEN);
        assertThat(refused(SigninRig.ADA, rights(SigninRig.ADA), "servers!user=bob"))
                .isEqualTo(Refusal.Kind.FORBIDDEN);
        assertThat(refused(SigninRig.ADA, rights(SigninRig.ADA), "access:servers!user=bob"))
                .isEqualTo(Refusal.Kind.FORBIDDEN);
        assertThat(refused(SigninRig.ROOT, rights(SigninRig.ROOT), "access:servers!user=bob"))
                .isEqualTo(Refusal.Kind.FORBIDDEN);
        assertThat(refused(BOB, rights(SigninRig.ADA))).isEqualTo(Refusal.Kind.FORBIDDEN);
    }

    @Test
    void aNarrowTokenMakesNoWiderOne() {
        Rights narrow = bearer(make(
                SigninRig.ADA,
                rights(SigninRig.ADA),
                "tokens!user",
                "access:servers!server=ada/",
                "servers!server=ada/"));

        assertThat(refused(SigninRig.ADA, narrow)).isEqualTo(Refusal.Kind.FORBIDDEN);
        assertThat(refused(SigninRig.ADA, narrow, "self")).isEqualTo(Refusal.Kind.FORBIDDEN);
        assertThat(refused(SigninRig.ADA, narrow, "access:servers!user")).isEqualTo(Refusal.Kind.FORBIDDEN);
        assertThat(refused(SigninRig.ADA, narrow, "access:servers")).isEqualTo(Refusal.Kind.FORBIDDEN);
        assertThat(refused(SigninRig.ADA, narrow, "servers!user=ada")).isEqualTo(Refusal.Kind.FORBIDDEN);
        assertThat(refused(SigninRig.ADA, narrow, "access:servers!server=ada/lab"))
                .isEqualTo(Refusal.Kind.FORBIDDEN);
        assertThat(make(SigninRig.ADA, narrow, "access:servers!server=ada/", "read:servers!server=ada/"))
                .isNotNull();
    }

    @Test
    void onlyAnUnrestrictedAdministratorMakesTokensForOthers() {
        Rights restricted = bearer(make(SigninRig.ROOT, rights(SigninRig.ROOT), "admin:users", "tokens"));

        assertThat(refused(BOB, restricted, "read:users!user")).isEqualTo(Refusal.Kind.FORBIDDEN);
        assertThat(bearer(make(BOB, rights(SigninRig.ROOT), "read:users!user")).user())
                .isEqualTo(BOB);
        assertThat(refused(BOB, rights(SigninRig.ROOT), "list:users")).isEqualTo(Refusal.Kind.FORBIDDEN);
    }

    @Test
    void aTokenOfSomebodyDisabledIsNobody() {
        ApiTokens.Made made = make(SigninRig.ADA, rights(SigninRig.ADA));
        rig.accounts.disable(SigninRig.ADA, true, SigninRig.CALLER);
        rig.accounts.disable(SigninRig.ADA, false, SigninRig.CALLER);

        assertThat(rig.tokens.verify(made.text())).isEmpty();
        rig.accounts.disable(SigninRig.ADA, true, SigninRig.CALLER);
        assertThat(SigninRig.refused(() -> rig.tokens.create(
                                SigninRig.ADA,
                                rights(SigninRig.ROOT),
                                List.of(),
                                "",
                                Optional.empty(),
                                SigninRig.CALLER))
                        .kind())
                .isEqualTo(Refusal.Kind.UNKNOWN);
    }

    @Test
    void whatIsTooMuchIsRefusedAndNothingIsMade() {
        List<String> many = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            many.add("servers!server=ada/" + "x".repeat(90) + i);
        }

        assertThat(refused(SigninRig.ADA, rights(SigninRig.ADA), many.toArray(String[]::new)))
                .isEqualTo(Refusal.Kind.INVALID);
        many.add("read:users!user");
        assertThat(refused(SigninRig.ADA, rights(SigninRig.ADA), many.toArray(String[]::new)))
                .isEqualTo(Refusal.Kind.INVALID);
        assertThat(SigninRig.refused(() -> rig.tokens.create(
                                SigninRig.ADA,
                                rights(SigninRig.ADA),
                                List.of(),
                                "x".repeat(201),
                                Optional.empty(),
                                SigninRig.CALLER))
                        .kind())
                .isEqualTo(Refusal.Kind.INVALID);
        assertThat(rig.tokens.list(SigninRig.ADA)).isEmpty();
    }

    @Test
    void aUseIsNotedToTheMinute() {
        ApiTokens.Made made = make(SigninRig.ADA, rights(SigninRig.ADA));
        rig.tokens.verify(made.text());
        java.time.Instant first = rig.clock.instant();
        rig.clock.pass(Duration.ofSeconds(59));
        rig.tokens.verify(made.text());
        assertThat(rig.tokens.list(SigninRig.ADA).getFirst().lastUsed()).isEqualTo(first);

        rig.clock.pass(Duration.ofSeconds(2));
        rig.tokens.verify(made.text());
        assertThat(rig.tokens.list(SigninRig.ADA).getFirst().lastUsed()).isEqualTo(rig.clock.instant());
    }
}
