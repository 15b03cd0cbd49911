/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The control API answers as configurable-http-proxy 5.3 was measured to. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ControlApiContractTest {
    private RunningRouter router;

    @BeforeAll
    void start() throws Exception {
        router = RunningRouter.start();
    }

    @AfterAll
    void stop() {
        router.close();
    }

    @BeforeEach
    void empty() throws Exception {
        for (String path : router.routes().propertyStream().map(e -> e.getKey()).toList()) {
            router.control("DELETE", "/api/routes" + path.replace(" ", "%20"), "");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "token wrong",
                "token",
                "Bearer " + RunningRouter.TOKEN,
                "Token " + RunningRouter.TOKEN,
                "token  "
            })
    void refusesAnythingButItsTokenWith403AndNoBody(String authorization) throws Exception {
        for (String path : new String[] {"/api/routes", "/api/carrel/health", "/api/nothing"}) {
            HttpResponse<String> answer = router.control("GET", path, "", authorization);

            assertThat(answer.statusCode()).isEqualTo(403);
            assertThat(answer.body()).isEmpty();
        }
    }

    @Test
    void changesNothingWithoutItsToken() throws Exception {
        router.control("POST", "/api/routes/a", "{\"target\":\"http://127.0.0.1:1\"}", "token wrong");

        assertThat(router.routes()).isEmpty();
    }

    @Test
    void findsItsTokenAnywhereInTheHeaderAsTheOriginalDoes() throws Exception {
        assertThat(router.control("GET", "/api/routes", "", "xtoken   " + RunningRouter.TOKEN)
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void keepsEveryPostedKeyAndAddsTheLastActivity() throws Exception {
        Instant before = Instant.now().minusMillis(1);

        HttpResponse<String> posted = router.control(
                "POST",
                "/api/routes/user/a",
                "{\"target\":\"http://127.0.0.1:9\",\"user\":\"a\",\"hub\":true,\"n\":{\"x\":[1]},\"last_activity\":\"1999-01-01T00:00:00Z\"}");

        assertThat(posted.statusCode()).isEqualTo(201);
        assertThat(posted.body()).isEmpty();
        JsonNode route = RunningRouter.JSON.readTree(
                router.control("GET", "/api/routes/user/a", "").body());
        assertThat(route.path("target").asText()).isEqualTo("http://127.0.0.1:9");
        assertThat(route.path("user").asText()).isEqualTo("a");
        assertThat(route.path("hub").asBoolean()).isTrue();
        assertThat(route.path("n").toString()).isEqualTo("{\"x\":[1]}");
        assertThat(route.path("last_activity").asText()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
        assertThat(Instant.parse(route.path("last_activity").asText())).isAfter(before);
    }

    @Test
    void replacesAWholeRoute() throws Exception {
        router.route("/a", "{\"target\":\"http://127.0.0.1:1\",\"old\":1}");
        router.route("/a/", "{\"target\":\"http://127.0.0.1:2\"}");

        assertThat(router.routes().path("/a").path("target").asText()).isEqualTo("http://127.0.0.1:2");
        assertThat(router.routes().path("/a").has("old")).isFalse();
        assertThat(router.routes()).hasSize(1);
    }

    @Test
    void listsAllRoutesTheRootAmongThem() throws Exception {
        router.plainRoute("", "http://127.0.0.1:1");
        router.plainRoute("/b", "http://127.0.0.1:2");

        assertThat(router.routes().propertyStream().map(e -> e.getKey())).containsExactlyInAnyOrder("/", "/b");
        assertThat(router.control("GET", "/api/routes/", "").body()).contains("\"/b\"");
    }

    @ParameterizedTest
    @CsvSource({"/a%20b,/a b", "/%40x/,/@x", "/a%2Fb,/a/b", "/%C3%A9,/é", "//a,//a"})
    void decodesPaths(String posted, String key) throws Exception {
        router.plainRoute(posted, "http://127.0.0.1:1");

        assertThat(router.routes().propertyStream().map(e -> e.getKey())).containsExactly(key);
        assertThat(router.control("GET", "/api/routes" + posted, "").statusCode())
                .isEqualTo(200);
        assertThat(router.control("DELETE", "/api/routes" + posted, "").statusCode())
                .isEqualTo(204);
        assertThat(router.routes()).isEmpty();
    }

    @Test
    void answers404WithNothingForAnUnknownRoute() throws Exception {
        for (String method : new String[] {"GET", "DELETE"}) {
            HttpResponse<String> answer = router.control(method, "/api/routes/nobody", "");

            assertThat(answer.statusCode()).isEqualTo(404);
            assertThat(answer.body()).isEmpty();
        }
        assertThat(router.control("GET", "/api/", "").statusCode()).isEqualTo(404);
    }

    @Test
    void deletesTheRootInsteadOfHanging() throws Exception {
        router.plainRoute("/", "http://127.0.0.1:1");

        assertThat(router.control("DELETE", "/api/routes", "").statusCode()).isEqualTo(204);
        assertThat(router.control("DELETE", "/api/routes", "").statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @MethodSource("badBodies")
    void refusesBadBodiesWith400(String body, String message) throws Exception {
        HttpResponse<String> answer = router.control("POST", "/api/routes/a", body);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).startsWith(message);
        assertThat(router.routes()).isEmpty();
    }

    static Stream<Arguments> badBodies() {
        String must = "Must specify 'target' as string";
        String json = "Body not valid JSON: ";
        return Stream.of(
                Arguments.of("", json),
                Arguments.of("{", json),
                Arguments.of("{}", must),
                Arguments.of("[]", must),
                Arguments.of("3", must),
                Arguments.of("{\"target\":1}", must),
                Arguments.of("{\"target\":null}", must),
                Arguments.of("{\"session\":1}", "session: "),
                Arguments.of(session("ready", "alice"), must),
                Arguments.of(session("sleeping", "alice"), "session.state: \"sleeping\" (expected: starting, ready, "),
                Arguments.of(session("stopped", "Alice"), "user name: "));
    }

    private static String session(String state, String user) {
        return "{\"session\":{\"id\":\"aaaaaaaaaaaaaaaaaaaaaaaaaa\",\"user\":\"" + user
                + "\",\"server\":\"\",\"host\":\"alice--main.localhost\",\"state\":\"" + state
                + "\",\"since\":\"2026-01-01T00:00:00Z\"}}";
    }

    @Test
    void takesASessionThatIsNotReadyWithoutATarget() throws Exception {
        assertThat(router.control("POST", "/api/routes/user/alice", session("stopped", "alice"))
                        .statusCode())
                .isEqualTo(201);
        assertThat(router.routes()
                        .path("/user/alice")
                        .path("session")
                        .path("state")
                        .asText())
                .isEqualTo("stopped");
    }

    @Test
    void takesATargetThatIsNoUrlAndFailsWhenItIsUsed() throws Exception {
        router.route("/odd", "{\"target\":\"not a url\"}");

        assertThat(router.get(router.baseAuthority(), "/odd/x", "").status()).isEqualTo(500);
    }

    @Test
    void listsOnlyRoutesInactiveSinceATime() throws Exception {
        router.plainRoute("/a", "http://127.0.0.1:1");
        String past = Instant.now().minusSeconds(60).toString();
        String future = Instant.now().plusSeconds(60).toString();

        assertThat(router.control("GET", "/api/routes?inactive_since=" + past, "")
                        .body())
                .isEqualTo("{}");
        assertThat(router.control("GET", "/api/routes?inactiveSince=" + future, "")
                        .body())
                .contains("\"/a\"");
        assertThat(router.control("GET", "/api/routes?inactive_since=2999-01-01", "")
                        .body())
                .contains("\"/a\"");
        assertThat(router.control("GET", "/api/routes?inactive_since=2999-01-01T00:00:00%2B02:00", "")
                        .body())
                .contains("\"/a\"");
    }

    @Test
    void refusesATimeThatIsNone() throws Exception {
        HttpResponse<String> answer = router.control("GET", "/api/routes?inactive_since=yesterday", "");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).isEqualTo("Invalid datestamp 'yesterday' must be ISO8601.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT", "PATCH"})
    void refusesOtherMethodsWith405(String method) throws Exception {
        HttpResponse<String> answer = router.control(method, "/api/routes/a", "{}");

        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.body()).isEqualTo("Method not supported");
    }

    @Test
    void showsASignOfLifeOnThePublicPort() throws Exception {
        RawClient.Answer answer = router.get(router.baseAuthority(), "/_chp_healthz", "");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo("{\"status\":\"OK\"}");
    }

    @Test
    void tellsItsHealth() throws Exception {
        router.plainRoute("/a", "http://127.0.0.1:1");

        JsonNode health = RunningRouter.JSON.readTree(
                router.control("GET", "/api/carrel/health", "").body());

        assertThat(health.path("status").asText()).isEqualTo("ok");
        assertThat(health.path("routes").asInt()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"revocations\":{}}",
                "{\"revocations\":[{\"kind\":\"login\"}]}",
                "{\"revocations\":[{\"kind\":\"x\",\"id\":\"a\",\"notBefore\":\"2026-01-01T00:00:00Z\",\"until\":\"2026-01-01T00:00:00Z\"}]}",
                "{\"revocations\":[{\"kind\":\"user\",\"id\":\"a\",\"notBefore\":\"now\",\"until\":\"2026-01-01T00:00:00Z\"}]}"
            })
    void refusesListsOfRevocationsThatAreNone(String body) throws Exception {
        HttpResponse<String> answer = router.control("PUT", "/api/carrel/revocations", body);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("(expected: ");
    }
}
