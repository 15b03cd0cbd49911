/* Copyright the Carrel authors. */
package dev.carrel.protocol.signed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class SignedValuesTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final String OLD = SigningKeys.freshLine();
    private static final String NEW = SigningKeys.freshLine();
    private final SignedValues values = at(NOW, NEW);

    @Property(tries = 300)
    void aValueVerifiesForItsPurposeAndAudienceOnly(
            @ForAll("claims") Claims claims, @ForAll Purpose made, @ForAll Purpose asked) {
        String text = values.sign(made, claims);

        assertThat(values.verify(made, claims.audience(), text)).isEqualTo(new Verified.Genuine(claims));
        assertThat(values.verify(made, claims.audience() + "x", text)).isInstanceOf(Verified.Refused.class);
        if (made != asked) {
            assertThat(values.verify(asked, claims.audience(), text)).isInstanceOf(Verified.Refused.class);
            String relabelled = text.replaceFirst("v1\\." + made.label(), "v1." + asked.label());
            assertThat(values.verify(asked, claims.audience(), relabelled))
                    .isEqualTo(new Verified.Refused("wrong signature"));
        }
    }

    @Property(tries = 500)
    void everyPayloadIsInjective(@ForAll("claims") Claims a, @ForAll("claims") Claims b) throws IOException {
        assertThat(SignedValues.encode(a).length == SignedValues.encode(b).length
                        && java.util.Arrays.equals(SignedValues.encode(a), SignedValues.encode(b)))
                .isEqualTo(a.equals(b));
        assertThat(SignedValues.decode(SignedValues.encode(a))).isEqualTo(a);
    }

    @Test
    void everyFlippedBitIsNoticed() {
        String text = values.sign(Purpose.SESSION, claims("alice", "alice--main.localhost", NOW.plusSeconds(60)));
        for (int i = 0; i < text.length(); i++) {
            for (int bit = 0; bit < 7; bit++) {
                StringBuilder forged = new StringBuilder(text);
                forged.setCharAt(i, (char) (text.charAt(i) ^ 1 << bit));
                assertThat(values.verify(Purpose.SESSION, "alice--main.localhost", forged.toString()))
                        .as("bit %d of character %d", bit, i)
                        .isInstanceOf(Verified.Refused.class);
            }
        }
    }

    @Test
    void whatWasFoundGenuineOnceIsJudgedAnewEachTime() {
        AtomicReference<Instant> now = new AtomicReference<>(NOW);
        SignedValues later = new SignedValues(SigningKeys.parse("test", NEW), new Clock() {
            @Override
            public Instant instant() {
                return now.get();
            }

            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }
        });
        Claims claims = claims("alice", "h", NOW.plusSeconds(60));
        String text = later.sign(Purpose.SESSION, claims);
        for (int i = 0; i < 3; i++) {
            assertThat(later.verify(Purpose.SESSION, "h", text)).isEqualTo(new Verified.Genuine(claims));
        }

        assertThat(later.verify(Purpose.SESSION, "other", text))
                .isEqualTo(new Verified.Refused("for another audience"));
        assertThat(later.verify(Purpose.API, "h", text)).isInstanceOf(Verified.Refused.class);
        for (int i = 0; i < text.length(); i++) {
            StringBuilder forged = new StringBuilder(text);
            forged.setCharAt(i, text.charAt(i) == 'a' ? 'b' : 'a');
            assertThat(later.verify(Purpose.SESSION, "h", forged.toString()))
                    .as("character %d", i)
                    .isInstanceOf(Verified.Refused.class);
        }
        now.set(NOW.plusSeconds(60));
        assertThat(later.verify(Purpose.SESSION, "h", text)).isEqualTo(new Verified.Refused("expired"));
    }

    @Property(tries = 2)
    void howeverManyTextsWereSeenEachSaysItsOwn(@ForAll long seed) {
        List<Claims> many = IntStream.range(0, 3 * ProvenTexts.PLACES)
                .mapToObj(at -> claims("user-" + seed + "-" + at, "h", NOW.plusSeconds(60)))
                .toList();
        List<String> texts =
                many.stream().map(each -> values.sign(Purpose.SESSION, each)).toList();
        for (int at = 0; at < 2 * many.size(); at++) {
            int which = at * 7919 % many.size();
            assertThat(values.verify(Purpose.SESSION, "h", texts.get(which)))
                    .isEqualTo(new Verified.Genuine(many.get(which)));
        }
    }

    @Test
    void neighbouringFieldsCannotBeShifted() {
        Claims one = new Claims("ab", "c", "id", "", List.of(), NOW, NOW.plusSeconds(9));
        Claims two = new Claims("a", "bc", "id", "", List.of(), NOW, NOW.plusSeconds(9));

        assertThat(values.sign(Purpose.SESSION, one)).isNotEqualTo(values.sign(Purpose.SESSION, two));
    }

    @Test
    void anExpiredValueIsRefused() {
        String text = values.sign(Purpose.TICKET, claims("alice", "h", NOW.plusSeconds(30)));

        assertThat(at(NOW.plusMillis(29_999), NEW).verify(Purpose.TICKET, "h", text))
                .isInstanceOf(Verified.Genuine.class);
        assertThat(at(NOW.plusSeconds(30), NEW).verify(Purpose.TICKET, "h", text))
                .isEqualTo(new Verified.Refused("expired"));
    }

    @Test
    void aLifeLongerThanThePurposeAllowsIsNotSigned() {
        assertThatThrownBy(() -> values.sign(Purpose.TICKET, claims("alice", "h", NOW.plusSeconds(31))))
                .hasMessageContaining("expected: at most PT30S");
    }

    @Test
    void anOldKeyStillVerifiesAfterRotationUntilItIsDropped() {
        String text = at(NOW, OLD).sign(Purpose.SESSION, claims("alice", "h", NOW.plusSeconds(60)));

        assertThat(at(NOW, NEW + "\n" + OLD).verify(Purpose.SESSION, "h", text)).isInstanceOf(Verified.Genuine.class);
        assertThat(at(NOW, NEW).verify(Purpose.SESSION, "h", text)).isEqualTo(new Verified.Refused("wrong signature"));
    }

    @Test
    void revocationEndsWhatWasIssuedBefore() {
        Claims claims = new Claims("alice", "h", "token-1", "login-1", List.of(), NOW, NOW.plusSeconds(60));
        Instant later = NOW.plusSeconds(1);

        for (Revocation revocation : List.of(
                new Revocation(Revocation.Kind.USER, "alice", later, later),
                new Revocation(Revocation.Kind.LOGIN, "login-1", later, later),
                new Revocation(Revocation.Kind.TOKEN, "token-1", later, later))) {
            assertThat(new Revocations(List.of(revocation)).revoked(claims))
                    .as("%s", revocation)
                    .isTrue();
        }
        assertThat(new Revocations(List.of(new Revocation(Revocation.Kind.USER, "alice", NOW, later))).revoked(claims))
                .isFalse();
        assertThat(new Revocations(List.of(new Revocation(Revocation.Kind.USER, "bob", later, later))).revoked(claims))
                .isFalse();
    }

    @Test
    void derivedSecretsDifferByPurposeAndMaster() {
        SigningKeys a = SigningKeys.parse("test", OLD);
        SigningKeys b = SigningKeys.parse("test", NEW);

        assertThat(a.derivedSecret("x")).hasSize(43).isEqualTo(a.derivedSecret("x"));
        assertThat(a.derivedSecret("x")).isNotEqualTo(a.derivedSecret("y")).isNotEqualTo(b.derivedSecret("x"));
    }

    private static SignedValues at(Instant now, String keys) {
        return new SignedValues(SigningKeys.parse("test", keys), Clock.fixed(now, ZoneOffset.UTC));
    }

    private static Claims claims(String user, String audience, Instant expires) {
        return new Claims(user, audience, "id", "login", List.of("a", "b"), NOW, expires);
    }

    @Provide
    Arbitrary<Claims> claims() {
        Arbitrary<String> text = Arbitraries.strings().withChars("ab.\u0000ü").ofMaxLength(3);
        return Combinators.combine(
                        text,
                        text,
                        text,
                        text,
                        text.list().ofMaxSize(3),
                        Arbitraries.longs().between(1, 20))
                .as((s, a, i, l, scopes, life) ->
                        new Claims(s, a, i, l, scopes, NOW, NOW.plus(Duration.ofSeconds(life))));
    }
}
