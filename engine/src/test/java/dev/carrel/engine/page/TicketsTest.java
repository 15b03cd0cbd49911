/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.protocol.name.ServerName;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.signed.Claims;
import dev.carrel.protocol.signed.Purpose;
import dev.carrel.protocol.signed.SignedValues;
import dev.carrel.protocol.signed.SigningKeys;
import dev.carrel.protocol.signed.Verified;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TicketsTest {
    private static final SessionAddress ALICE = new SessionAddress(UserName.of("alice"), new ServerName("thesis"));

    private final Instant now = Instant.parse("2026-01-02T12:00:00Z");
    private final SignedValues signed =
            new SignedValues(SigningKeys.parse("test", SigningKeys.freshLine()), Clock.fixed(now, ZoneOffset.UTC));
    private final Tickets tickets = new Tickets(
            signed,
            new SiteSettings(8000, "127.0.0.1", "https://lab.example.org:8443", 0),
            Clock.fixed(now, ZoneOffset.UTC));

    @Test
    void leadsToTheSessionsOwnOriginAndThePathWithinIt() {
        URI door =
                URI.create(tickets.doorOf(Place.of(ALICE, Optional.of("/user/alice/thesis/tree?a=1&b=2")), "login1"));

        assertThat(door.getScheme() + "://" + door.getAuthority())
                .isEqualTo("https://alice--thesis.lab.example.org:8443");
        assertThat(door.getPath()).isEqualTo("/.carrel/enter");
        assertThat(parameter(door, "next")).isEqualTo("/user/alice/thesis/tree?a=1&b=2");
    }

    @Test
    void speaksForOneUserAtOneOriginForHalfAMinute() {
        URI door = URI.create(tickets.doorOf(Place.of(ALICE), "login1"));

        Verified verified = signed.verify(Purpose.TICKET, "alice--thesis.lab.example.org", parameter(door, "ticket"));

        assertThat(verified).isInstanceOf(Verified.Genuine.class);
        Claims claims = ((Verified.Genuine) verified).claims();
        assertThat(claims.subject()).isEqualTo("alice");
        assertThat(claims.login()).isEqualTo("login1");
        assertThat(claims.scopes()).isEmpty();
        assertThat(Duration.between(claims.issuedAt(), claims.expiresAt())).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void noTwoAreTheSame() {
        assertThat(tickets.doorOf(Place.of(ALICE), "login1")).isNotEqualTo(tickets.doorOf(Place.of(ALICE), "login1"));
    }

    private static String parameter(URI door, String name) {
        for (String pair : door.getRawQuery().split("&")) {
            if (pair.startsWith(name + "=")) {
                return URLDecoder.decode(pair.substring(name.length() + 1), StandardCharsets.UTF_8);
            }
        }
        throw new AssertionError("no " + name);
    }
}
