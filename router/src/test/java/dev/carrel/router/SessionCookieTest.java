/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.protocol.signed.Claims;
import dev.carrel.protocol.signed.Purpose;
import dev.carrel.protocol.signed.SignedValues;
import dev.carrel.protocol.signed.Verified;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The cookie of a session's origin opens that session, for its user, until it expires or is revoked; nothing like it does. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SessionCookieTest {
    private RunningRouter router;
    private Backend container;

    @BeforeAll
    void start() throws Exception {
        router = RunningRouter.start();
        container = Backend.saying("in");
        router.ready("alice", container.url());
        router.ready("bob", container.url());
    }

    @AfterAll
    void stop() throws Exception {
        router.close();
        container.close();
    }

    @AfterEach
    void revokeNothing() throws Exception {
        router.control("PUT", "/api/carrel/revocations", "{\"revocations\":[]}");
    }

    private RawClient.Answer with(String cookies) throws Exception {
        return router.get(router.authority("alice"), "/user/alice/api", "Cookie: " + cookies + "\r\n");
    }

    private String cookie(Instant issued, Instant expires) {
        return "carrel-session="
                + router.sign(
                        Purpose.SESSION,
                        new Claims("alice", RunningRouter.host("alice"), "i", "l", List.of(), issued, expires));
    }

    @Test
    void failsWithAnyCharacterChanged() throws Exception {
        String genuine = router.cookie("alice");
        int start = genuine.indexOf('=') + 1;
        try (RawClient client = router.raw()) {
            for (int at = start; at < genuine.length(); at++) {
                char other = genuine.charAt(at) == 'A' ? 'B' : 'A';
                String forged = genuine.substring(0, at) + other + genuine.substring(at + 1);
                client.send(
                        "GET /x HTTP/1.1\r\nHost: " + router.authority("alice") + "\r\nCookie: " + forged + "\r\n\r\n");

                assertThat(client.answer().status()).as("changed at %s", at).isEqualTo(401);
            }
        }
        assertThat(with(genuine).status()).isEqualTo(200);
    }

    @Test
    void isFoundAmongOthersThatSomebodyPlanted() throws Exception {
        String planted = "carrel-session=v1.session.aaaa.bbbb.cccc";

        assertThat(with(planted + "; " + router.cookie("alice")).status()).isEqualTo(200);
        assertThat(with(router.cookie("alice") + ";" + planted).status()).isEqualTo(200);
        assertThat(with(router.cookie("bob") + "; " + router.cookie("alice")).status())
                .isEqualTo(200);
        assertThat(with(planted + "; " + router.cookie("bob")).status()).isEqualTo(401);
    }

    @Test
    void ofAnotherSessionOpensNothingHere() throws Exception {
        String bobAtAlices = "carrel-session="
                + router.sign(
                        Purpose.SESSION, RunningRouter.claims("bob", RunningRouter.host("alice"), Duration.ofHours(1)));

        assertThat(with(router.cookie("bob")).status()).isEqualTo(401);
        assertThat(with(bobAtAlices).status()).isEqualTo(401);
    }

    @Test
    void ofAnotherInstallationOpensNothing() throws Exception {
        try (RunningRouter other = RunningRouter.start()) {
            assertThat(with(other.cookie("alice")).status()).isEqualTo(401);
        }
    }

    @Test
    void expires() throws Exception {
        Instant now = Instant.now();

        assertThat(with(cookie(now.minusSeconds(100), now.minusSeconds(1))).status())
                .isEqualTo(401);
        assertThat(with(cookie(now.minusSeconds(100), now.plusSeconds(60))).status())
                .isEqualTo(200);
        assertThat(with(cookie(now.plusSeconds(3600), now.plusSeconds(7200))).status())
                .isEqualTo(401);
    }

    @ParameterizedTest
    @CsvSource({"user, alice", "login, login-of-alice"})
    void diesWithItsUserAndItsLogin(String kind, String id) throws Exception {
        String cookie = router.cookie("alice");
        assertThat(with(cookie).status()).isEqualTo(200);

        router.revoke(kind, id, Instant.now().plusSeconds(1));

        assertThat(with(cookie).status()).isEqualTo(401);
        router.restart();
        assertThat(with(cookie).status()).isEqualTo(401);
        router.control("PUT", "/api/carrel/revocations", "{\"revocations\":[]}");
        assertThat(with(cookie).status()).isEqualTo(200);
    }

    @Test
    void outlivesARevocationFromBeforeItWasIssued() throws Exception {
        router.revoke("user", "alice", Instant.now().minusSeconds(5));

        assertThat(with(router.cookie("alice")).status()).isEqualTo(200);
    }

    @Test
    void aRevokedTokenOpensNothing() throws Exception {
        String header = "Authorization: token " + router.apiToken("alice", "self") + "\r\n";
        assertThat(router.get(router.authority("alice"), "/x", header).status()).isEqualTo(200);

        router.revoke("token", "token-of-alice", Instant.now().plusSeconds(1));

        assertThat(router.get(router.authority("alice"), "/x", header).status()).isEqualTo(401);
        assertThat(router.get(router.baseAuthority(), "/user/alice/x", header).status())
                .isEqualTo(401);
    }

    @Test
    void isRenewedInTheSecondHalfOfItsLifeAndKeepsItsTimeOfIssue() throws Exception {
        Instant issued = Instant.now().minus(Duration.ofHours(13)).truncatedTo(java.time.temporal.ChronoUnit.MILLIS);

        String renewed = with(cookie(issued, issued.plus(Duration.ofDays(1)))).header("Set-Cookie");

        assertThat(renewed).startsWith("carrel-session=").contains("HttpOnly").contains("SameSite=Lax");
        String value = renewed.substring(renewed.indexOf('=') + 1, renewed.indexOf(';'));
        Verified verified = new SignedValues(router.keys(), Clock.systemUTC())
                .verify(Purpose.SESSION, RunningRouter.host("alice"), value);
        assertThat(verified).isInstanceOf(Verified.Genuine.class);
        Claims claims = ((Verified.Genuine) verified).claims();
        assertThat(claims.issuedAt()).isEqualTo(issued);
        assertThat(claims.login()).isEqualTo("l");
        assertThat(claims.expiresAt()).isAfter(Instant.now().plus(Duration.ofHours(23)));
    }

    @Test
    void isNotRenewedInTheFirstHalfNorBeyondThirtyOneDays() throws Exception {
        Instant now = Instant.now();
        Instant longAgo = now.minus(Duration.ofDays(31)).plusSeconds(600);

        assertThat(with(cookie(now.minus(Duration.ofHours(11)), now.plus(Duration.ofHours(13))))
                        .header("Set-Cookie"))
                .isEmpty();
        assertThat(with(cookie(longAgo, longAgo.plus(Duration.ofDays(31)))).header("Set-Cookie"))
                .isEmpty();
    }

    @ParameterizedTest(name = "{0} {1} {2} {3} -> {4}")
    @CsvSource({
        "GET, -, -, -, 200",
        "POST, -, -, -, 200",
        "POST, -, -, own, 200",
        "POST, -, -, foreign, 403",
        "POST, -, -, null, 403",
        "GET, -, -, foreign, 403",
        "GET, same-origin, cors, -, 200",
        "POST, same-origin, cors, own, 200",
        "GET, none, navigate, -, 200",
        "GET, cross-site, navigate, -, 200",
        "GET, same-site, navigate, -, 200",
        "GET, same-site, cors, -, 403",
        "GET, same-site, no-cors, -, 403",
        "GET, cross-site, no-cors, -, 403",
        "POST, same-site, navigate, -, 403",
        "POST, cross-site, navigate, -, 403",
        "DELETE, cross-site, cors, -, 403",
        "PUT, same-site, cors, own, 403",
    })
    void countsOnlyForRequestsOfItsOwnPages(String method, String site, String mode, String origin, int status)
            throws Exception {
        String own = "http://" + router.authority("alice");
        String headers = (site.equals("-") ? "" : "Sec-Fetch-Site: " + site + "\r\nSec-Fetch-Dest: document\r\n")
                + (mode.equals("-") ? "" : "Sec-Fetch-Mode: " + mode + "\r\n")
                + (origin.equals("-")
                        ? ""
                        : "Origin: "
                                + switch (origin) {
                                    case "own" -> own;
                                    case "foreign" -> "http://" + router.authority("bob");
                                    default -> origin;
                                }
                                + "\r\n");
        try (RawClient client = router.raw()) {
            RawClient.Answer answer = client.send(method + " /user/alice/x HTTP/1.1\r\nHost: "
                            + router.authority("alice") + "\r\nContent-Length: 0\r\nCookie: " + router.cookie("alice")
                            + "\r\n" + headers + "\r\n")
                    .answer();

            assertThat(answer.status()).isEqualTo(status);
        }
    }

    @Test
    void countsForNoFrameOfAnotherSite() throws Exception {
        RawClient.Answer answer = router.get(
                router.authority("alice"),
                "/x",
                "Cookie: " + router.cookie("alice")
                        + "\r\nSec-Fetch-Site: same-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: iframe\r\n");

        assertThat(answer.status()).isEqualTo(403);
    }

    @Test
    void aTokenCountsWhoeverAsks() throws Exception {
        RawClient.Answer answer = router.get(
                router.authority("alice"),
                "/x",
                "Authorization: token " + router.apiToken("alice", "self")
                        + "\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: cors\r\nOrigin: https://elsewhere.example\r\n");

        assertThat(answer.status()).isEqualTo(200);
    }
}
