/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.carrel.protocol.name.ServerName;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.UserName;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Host, credential and state of the session decide who answers, and with which status. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DecisionTableTest {
    private static final String HTML = "Accept: text/html\r\n";

    private RunningRouter router;
    private Backend container;
    private Backend stockHub;

    @BeforeAll
    void start() throws Exception {
        router = RunningRouter.start();
        container = Backend.saying("container");
        stockHub = Backend.saying("stock");
        router.ready("alice", container.url());
        router.ready("bob", container.url());
        router.session("stopped", "stopped", "", "You stopped it.");
        router.session("failed", "failed", "", "exit 1: <out of memory>");
        router.session("starting", "starting", "", "");
        router.session("stopping", "stopping", container.url(), "");
        router.session("gone", "ready", "http://127.0.0.1:1", "");
        SessionAddress named = new SessionAddress(UserName.of("alice"), new ServerName("lab"));
        router.route(
                named.basePath(),
                RunningRouter.sessionJson(named, "ready", container.url(), "").toString());
        router.plainRoute("/stock", stockHub.url());
        router.plainRoute("/user/plain", stockHub.url());
    }

    @AfterAll
    void stop() throws Exception {
        router.close();
        container.close();
        stockHub.close();
    }

    @BeforeEach
    void forget() {
        container.forget();
        stockHub.forget();
    }

    private String headers(String credential) {
        return switch (credential) {
            case "none" -> "";
            case "cookie" -> "Cookie: " + router.cookie("alice") + "\r\n";
            case "bob's cookie" -> "Cookie: " + router.cookie("bob") + "\r\n";
            case "token" -> "Authorization: token " + router.apiToken("alice", "self") + "\r\n";
            case "bearer" -> "Authorization: Bearer " + router.apiToken("alice", "self") + "\r\n";
            case "bob's token" -> "Authorization: token " + router.apiToken("bob", "self") + "\r\n";
            case "admin's token" -> "Authorization: token " + router.apiToken("root", "access:servers") + "\r\n";
            case "upstream token" -> "Authorization: token " + RunningRouter.UPSTREAM_TOKEN + "\r\n";
            case "bad token and cookie" ->
                "Authorization: token nonsense\r\nCookie: " + router.cookie("alice") + "\r\n";
            default -> throw new IllegalArgumentException(credential);
        };
    }

    @ParameterizedTest(name = "{0} {1} {2} {3} -> {4}")
    @CsvSource({
        "alice--main, cookie, api, /user/alice/api, 200",
        "alice--main, token, api, /user/alice/api, 200",
        "alice--main, bearer, api, /user/alice/api, 200",
        "alice--main, admin's token, api, /user/alice/api, 200",
        "alice--main, bad token and cookie, api, /user/alice/api, 200",
        "alice--main, none, api, /user/alice/api, 401",
        "alice--main, none, page, /user/alice/lab, 302",
        "alice--main, bob's cookie, api, /user/alice/api, 401",
        "alice--main, bob's cookie, page, /user/alice/lab, 302",
        "alice--main, bob's token, api, /user/alice/api, 403",
        "alice--main, upstream token, api, /user/alice/api, 401",
        "alice--main, cookie, api, /.carrel/other, 404",
        "alice--main, cookie, api, /%2ecarrel/other, 404",
        "alice--lab, token, api, /user/alice/lab/api, 200",
        "localhost, token, api, /user/alice/api, 200",
        "localhost, bearer, api, /user/alice/lab/api, 200",
        "localhost, cookie, api, /user/alice/api, 401",
        "localhost, cookie, page, /user/alice/lab, 302",
        "localhost, none, page, /user/alice/, 302",
        "localhost, bob's token, api, /user/alice/api, 403",
        "localhost, none, api, /user/nobody/api, 404",
        "localhost, token, api, /user/alicex/api, 404",
        "localhost, none, api, /stock/x, 200",
        "localhost, none, api, /user/plain/x, 200",
        "127.0.0.1, none, api, /stock/x, 200",
        "[::1], none, api, /stock/x, 200",
        "localhost, none, api, /stockade, 503",
        "localhost, none, page, /hub/home, 503",
        "nobody--main.localhost, none, page, /, 404",
        "example.org, none, page, /, 421",
        "localhost.example.org, none, api, /, 421",
        "xlocalhost, none, api, /, 421",
        "localhost., none, api, /, 421",
        "127.0.0.2, none, api, /, 421",
        "169.254.169.254, none, api, /latest/meta-data, 421",
    })
    void answers(String host, String credential, String who, String path, int status) throws Exception {
        String full = host.contains("--") && !host.contains(".") ? host + ".localhost" : host;

        RawClient.Answer answer =
                router.get(full + ":" + router.port(), path, headers(credential) + (who.equals("page") ? HTML : ""));

        assertThat(answer.status()).isEqualTo(status);
        assertThat(container.unseen()).isEqualTo(status == 200 && path.contains("/alice") ? 1 : 0);
    }

    @ParameterizedTest(name = "{0} as {1} -> {2}")
    @CsvSource({
        "stopped, page, 424", "stopped, api, 424",
        "failed, page, 424", "failed, api, 424",
        "starting, page, 503", "starting, api, 503",
        "stopping, page, 503", "stopping, api, 503",
        "gone, page, 502", "gone, api, 502"
    })
    void tellsTheOwnerWhyTheSessionDoesNotAnswer(String user, String who, int status) throws Exception {
        boolean page = who.equals("page");

        RawClient.Answer answer = router.get(
                router.authority(user),
                "/user/" + user + "/lab",
                "Cookie: " + router.cookie(user) + "\r\n" + (page ? HTML : ""));

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        assertThat(answer.header("Retry-After").isEmpty()).isEqualTo(status == 424);
        assertThat(answer.header("Content-Type")).isEqualTo(page ? "text/html; charset=utf-8" : "application/json");
        assertThat(container.unseen()).isZero();
    }

    @Test
    void tellsProgramsStateAndReason() throws Exception {
        RawClient.Answer answer =
                router.get(router.authority("failed"), "/x", "Cookie: " + router.cookie("failed") + "\r\n");

        JsonNode json = RunningRouter.JSON.readTree(answer.body());
        assertThat(json.path("status").asInt()).isEqualTo(424);
        assertThat(json.path("error").asText()).isEqualTo("session.failed");
        assertThat(json.path("session").path("state").asText()).isEqualTo("failed");
        assertThat(json.path("session").path("reason").asText()).isEqualTo("exit 1: <out of memory>");
        assertThat(answer.text()).doesNotContain(RunningRouter.UPSTREAM_TOKEN);
    }

    @Test
    void tellsStrangersNothingOfASessionsState() throws Exception {
        assertThat(router.get(router.authority("failed"), "/x", "").status()).isEqualTo(401);
        assertThat(router.get(router.authority("failed"), "/x", "").text()).doesNotContain("memory");
    }

    @Test
    void sendsABrowserToTheEntranceOnTheBaseHostAndRemembersWhereItWanted() throws Exception {
        RawClient.Answer origin = router.get(router.authority("alice"), "/user/alice/lab?a=b&c", HTML);
        RawClient.Answer base = router.get(router.baseAuthority(), "/user/alice/lab/tree?x", HTML);

        assertThat(origin.header("Location"))
                .isEqualTo("http://localhost:" + router.port()
                        + "/hub/enter/alice?next=%2Fuser%2Falice%2Flab%3Fa%3Db%26c");
        assertThat(base.header("Location")).isEqualTo("/hub/enter/alice/lab?next=%2Fuser%2Falice%2Flab%2Ftree%3Fx");
    }

    @Test
    void sendsABrowserThatAsksWithFetchNoRedirect() throws Exception {
        assertThat(router.get(router.authority("alice"), "/x", HTML + "Sec-Fetch-Mode: cors\r\n")
                        .status())
                .isEqualTo(401);
    }

    @ParameterizedTest
    @CsvSource({
        "self, true",
        "inherit, true",
        "access:servers, true",
        "access:servers!user, true",
        "admin:servers, false",
        "access:servers!user=alice, true",
        "access:servers!server=alice/, true",
        "access:servers!server=alice/lab, false",
        "access:servers!user=bob, false",
        "access:services, false",
        "read:users, false",
        "servers!user=alice, false"
    })
    void aTokensScopeDecidesForItsOwnUser(String scope, boolean opens) throws Exception {
        RawClient.Answer answer = router.get(
                router.baseAuthority(),
                "/user/alice/api",
                "Authorization: token " + router.apiToken("alice", scope) + "\r\n");

        assertThat(answer.status()).isEqualTo(opens ? 200 : 403);
    }

    @ParameterizedTest
    @CsvSource({
        "self, false",
        "inherit, false",
        "access:servers, true",
        "access:servers!user, false",
        "admin:servers, false",
        "access:servers!user=alice, true",
        "access:servers!server=alice/, true",
        "access:servers!user=alic, false"
    })
    void aTokensScopeDecidesForOthers(String scope, boolean opens) throws Exception {
        RawClient.Answer answer = router.get(
                router.baseAuthority(),
                "/user/alice/api",
                "Authorization: token " + router.apiToken("carol", scope) + "\r\n");

        assertThat(answer.status()).isEqualTo(opens ? 200 : 403);
    }

    @Test
    void acceptsNoTokenInTheAddress() throws Exception {
        assertThat(router.get(router.baseAuthority(), "/user/alice/api?token=" + router.apiToken("alice", "self"), "")
                        .status())
                .isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost:1", "localhost:", "alice--main.localhost:1", "alice--main.localhost:80"})
    void answersToItsOwnPortOnly(String authority) throws Exception {
        assertThat(router.get(authority, "/", "").status()).isIn(400, 421);
    }

    @Test
    void answersToAHostWithoutPortAsFrontProxiesSendIt() throws Exception {
        assertThat(router.get("localhost", "/stock", "").status()).isEqualTo(200);
        assertThat(router.get("ALICE--main.LocalHost", "/x", headers("cookie")).status())
                .isEqualTo(200);
    }

    @Test
    void neverLetsHeadersOfTheClientChooseTheTarget() throws Exception {
        Map.of(
                        "X-Forwarded-Host",
                        router.authority("bob"),
                        "Forwarded",
                        "host=" + router.authority("bob"),
                        "X-Host",
                        "bob")
                .forEach((name, value) -> {
                    try {
                        assertThat(router.get(
                                                router.authority("nobody"),
                                                "/user/bob/",
                                                name + ": " + value + "\r\n" + headers("bob's cookie"))
                                        .status())
                                .isEqualTo(404);
                    } catch (java.io.IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                });
        assertThat(container.unseen()).isZero();
    }

    @Test
    void refusesAnAbsoluteAddressOfAnotherHost() throws Exception {
        try (RawClient client = router.raw()) {
            RawClient.Answer answer = client.send(
                            "GET http://169.254.169.254/x HTTP/1.1\r\nHost: " + router.baseAuthority() + "\r\n\r\n")
                    .answer();

            assertThat(answer.status()).isEqualTo(400);
        }
    }

    @Test
    void aRootRouteTakesWhatNobodyElseTakes() throws Exception {
        router.plainRoute("/", stockHub.url());
        try {
            assertThat(router.get(router.baseAuthority(), "/user/nobody/x", "").text())
                    .isEqualTo("stock");
            assertThat(router.get(router.baseAuthority(), "/hub/home", "").text())
                    .isEqualTo("stock");
            assertThat(router.get(router.baseAuthority(), "/user/alice/x", "").status())
                    .isEqualTo(401);
        } finally {
            router.control("DELETE", "/api/routes", "");
        }
    }
}
