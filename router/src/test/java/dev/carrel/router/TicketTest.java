/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.protocol.signed.Claims;
import dev.carrel.protocol.signed.Purpose;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
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
import org.junit.jupiter.params.provider.ValueSource;

/** A ticket of the engine becomes a cookie of one origin, once. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TicketTest {
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
        container.forget();
    }

    private RawClient.Answer enter(String user, String ticket, String next) throws Exception {
        return enter(user, ticket, next, "");
    }

    private RawClient.Answer enter(String user, String ticket, String next, String headers) throws Exception {
        return router.get(
                router.authority(user),
                "/.carrel/enter?ticket=" + ticket + "&next=" + URLEncoder.encode(next, StandardCharsets.UTF_8),
                headers);
    }

    private static String pair(RawClient.Answer answer) {
        return answer.header("Set-Cookie").replaceFirst(";.*", "");
    }

    @Test
    void becomesACookieThatLetsIn() throws Exception {
        RawClient.Answer entered = enter("alice", router.ticket("alice"), "/user/alice/lab?a=b");

        assertThat(entered.status()).isEqualTo(302);
        assertThat(entered.header("Location")).isEqualTo("/user/alice/lab?a=b");
        assertThat(entered.header("Cache-Control")).isEqualTo("no-store");
        assertThat(entered.header("Referrer-Policy")).isEqualTo("no-referrer");
        assertThat(entered.header("Set-Cookie"))
                .matches("carrel-session=v1\\.session\\.[^;]+; Path=/; Max-Age=86[34]\\d\\d; HttpOnly; SameSite=Lax");
        assertThat(router.get(router.authority("alice"), "/user/alice/", "Cookie: " + pair(entered) + "\r\n")
                        .text())
                .isEqualTo("in");
        assertThat(container.unseen()).isEqualTo(1);
    }

    @Test
    void worksOnce() throws Exception {
        String ticket = router.ticket("alice");
        RawClient.Answer first = enter("alice", ticket, "/user/alice/");

        RawClient.Answer second = enter("alice", ticket, "/user/alice/");

        assertThat(second.status()).isEqualTo(403);
        assertThat(second.header("Set-Cookie")).isEmpty();
        assertThat(second.text()).contains("ticket.invalid");
        RawClient.Answer reloaded = enter("alice", ticket, "/user/alice/", "Cookie: " + pair(first) + "\r\n");
        assertThat(reloaded.status()).isEqualTo(302);
        assertThat(reloaded.header("Set-Cookie")).isEmpty();
    }

    @Test
    void isNotForgottenToHaveBeenUsedWhenTheRouterRestarts() throws Exception {
        try (RunningRouter own = RunningRouter.start()) {
            own.ready("alice", container.url());
            String ticket = own.ticket("alice");
            String enter = "/.carrel/enter?ticket=" + ticket;
            assertThat(own.get(own.authority("alice"), enter, "").status()).isEqualTo(302);

            own.restart();

            assertThat(own.get(own.authority("alice"), enter, "").status()).isEqualTo(403);
            assertThat(own.get(own.authority("alice"), "/.carrel/enter?ticket=" + own.ticket("alice"), "")
                            .status())
                    .isEqualTo(302);
        }
    }

    @Test
    void isForOneHostAndOneUser() throws Exception {
        String foreignHost = router.ticket("bob");
        String foreignUser = router.sign(
                Purpose.TICKET, RunningRouter.claims("bob", RunningRouter.host("alice"), Duration.ofSeconds(30)));

        assertThat(enter("alice", foreignHost, "/").status()).isEqualTo(403);
        assertThat(enter("alice", foreignUser, "/").status()).isEqualTo(403);
        assertThat(enter("bob", foreignHost, "/").status()).isEqualTo(302);
    }

    @Test
    void expires() throws Exception {
        Instant issued = Instant.now().minusSeconds(60);
        String old = router.sign(
                Purpose.TICKET,
                new Claims("alice", RunningRouter.host("alice"), "n", "l", List.of(), issued, issued.plusSeconds(30)));

        assertThat(enter("alice", old, "/").status()).isEqualTo(403);
    }

    @Test
    void isNothingElseInDisguise() throws Exception {
        Claims claims = RunningRouter.claims("alice", RunningRouter.host("alice"), Duration.ofSeconds(30));
        String genuine = router.sign(Purpose.TICKET, claims);

        assertThat(enter("alice", router.sign(Purpose.SESSION, claims), "/").status())
                .isEqualTo(403);
        assertThat(enter("alice", genuine.substring(0, genuine.length() - 2) + "AA", "/")
                        .status())
                .isEqualTo(403);
        assertThat(enter("alice", "", "/").status()).isEqualTo(403);
        assertThat(router.get(router.authority("alice"), "/.carrel/enter", "").status())
                .isEqualTo(403);
        assertThat(router.get(router.authority("alice"), "/.carrel/enter?ticket=" + genuine + "&ticket=" + genuine, "")
                        .status())
                .isEqualTo(403);
    }

    @Test
    void isNotACookieEither() throws Exception {
        assertThat(router.get(
                                router.authority("alice"),
                                "/x",
                                "Cookie: carrel-session=" + router.ticket("alice") + "\r\n")
                        .status())
                .isEqualTo(401);
    }

    @ParameterizedTest
    @CsvSource({"user, alice", "login, login-of-alice"})
    void diesWithItsUserAndItsLogin(String kind, String id) throws Exception {
        String ticket = router.ticket("alice");
        router.revoke(kind, id, Instant.now().plusSeconds(1));

        assertThat(enter("alice", ticket, "/").status()).isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "//evil.example",
                "///evil.example",
                "/\\evil.example",
                "\\\\evil.example",
                "https://evil.example",
                "https:evil.example",
                "javascript:alert(1)",
                "/%09/evil.example",
                "/%2f%2fevil.example",
                "/%5cevil.example",
                "/\u0000",
                "/\r\nSet-Cookie: a=b",
                "@evil.example",
                "/user/alice/../../hub",
                "/user/alice/%2e%2e/%2e%2e/hub",
                "/user/alice",
                "/user/bob/",
                "/hub/logout",
                "/.carrel/enter",
                "user/alice/",
                "/user/alice/\u2028",
                "/user/alicex/"
            })
    void leadsNowhereButIntoTheSession(String next) throws Exception {
        RawClient.Answer answer = enter("alice", router.ticket("alice"), next);

        assertThat(answer.status()).isEqualTo(302);
        assertThat(answer.header("Location")).isEqualTo("/user/alice/");
        assertThat(answer.headers("Set-Cookie")).hasSize(1);
    }

    @Test
    void isTakenByGetOnlyAndNeverReachesTheContainer() throws Exception {
        try (RawClient client = router.raw()) {
            client.send("POST /.carrel/enter?ticket=" + router.ticket("alice") + " HTTP/1.1\r\nHost: "
                    + router.authority("alice") + "\r\nContent-Length: 0\r\n\r\n");

            assertThat(client.answer().status()).isEqualTo(405);
        }
        assertThat(container.unseen()).isZero();
    }

    @Test
    void givesAHostPrefixedSecureCookieWhereTheSiteIsReachedByHttps() throws Exception {
        try (RunningRouter secure =
                RunningRouter.start(java.util.Map.of("CARREL_SITE_PUBLIC_URL", "https://lab.example.org"))) {
            String host = "alice--main.lab.example.org";
            secure.route(
                    "/user/alice",
                    RunningRouter.sessionJson(
                                    new dev.carrel.protocol.name.SessionAddress(
                                            new dev.carrel.protocol.name.UserName("alice"),
                                            dev.carrel.protocol.name.ServerName.DEFAULT),
                                    "ready",
                                    container.url(),
                                    "")
                            .toString()
                            .replace("alice--main.localhost", host));
            String ticket = secure.sign(Purpose.TICKET, RunningRouter.claims("alice", host, Duration.ofSeconds(30)));

            RawClient.Answer entered = secure.get(host, "/.carrel/enter?ticket=" + ticket, "");

            assertThat(entered.header("Set-Cookie"))
                    .startsWith("__Host-carrel-session=")
                    .endsWith("; Secure")
                    .contains("Path=/;")
                    .doesNotContain("Domain");
            assertThat(entered.header("Strict-Transport-Security")).isNotEmpty();
            assertThat(secure.get(host, "/x", "Cookie: " + pair(entered) + "\r\n")
                            .text())
                    .isEqualTo("in");
            assertThat(secure.get(host, "/x", "Cookie: " + pair(entered).replace("__Host-", "") + "\r\n")
                            .status())
                    .isEqualTo(401);
        }
    }
}
