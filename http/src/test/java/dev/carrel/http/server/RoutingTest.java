/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The most specific pattern answers; what no route answers gets the right kind of no. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RoutingTest {
    private TestServer server;

    private static Handler named(String name, String... parameters) {
        return request -> {
            StringBuilder text = new StringBuilder(name);
            for (String parameter : parameters) {
                text.append(' ').append(parameter).append('=').append(request.pathParameter(parameter));
            }
            return Response.text(200, text.toString());
        };
    }

    @BeforeAll
    void start() {
        server = TestServer.of(Routes.builder()
                .get("/", named("root"))
                .get("/users", named("users"))
                .get("/users/", named("users-slash"))
                .get("/users/{name}", named("user", "name"))
                .route("DELETE", "/users/{name}", RouteOptions.DEFAULT, named("delete", "name"))
                .get("/users/me", named("me"))
                .get("/users/{name}/servers/{server}", named("server", "name", "server"))
                .get("/users/me/{thing}/x", named("thing", "thing"))
                .get("/files/{path...}", named("files", "path"))
                .get("/files/special/{id}", named("special", "id"))
                .post("/only-post", named("posted"))
                .route("OPTIONS", "/own-options", RouteOptions.DEFAULT, _ -> Response.text(200, "own"))
                .get("/error", _ -> {
                    throw new IllegalStateException("kept from the client");
                }));
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource({
        "/, root",
        "/users, users",
        "/users/, users-slash",
        "/users/alice, user name=alice",
        "/users/me, me",
        "/users/a%2Fb, user name=a/b",
        "/users/%C3%A9, user name=é",
        "/users/a+b, user name=a+b",
        "/users/alice/servers/lab, server name=alice server=lab",
        "/users/me/servers/lab, server name=me server=lab",
        "/users/me/servers/x, thing thing=servers",
        "/users/me/lab/x, thing thing=lab",
        "/files, files path=",
        "/files/, files path=",
        "/files/a/b/c, files path=a/b/c",
        "/files/special, files path=special",
        "/files/special/7, special id=7",
        "/files/special/7/8, files path=special/7/8",
    })
    void findsTheMostSpecificPattern(String path, String expected) throws Exception {
        assertThat(server.get(path).body()).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/nothing", "/users//", "/users/alice/", "//", "//users", "/USERS", "/users/alice/servers/"})
    void answers404ToAPathWithoutPattern(String path) throws Exception {
        try (RawClient client = server.raw()) {
            client.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");

            assertThat(client.answer().status()).isEqualTo(404);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/users/%",
                "/users/%4",
                "/users/%zz",
                "/users/%C0%AF",
                "/users/%FF",
                "/users/%00",
                "/users/%ED%A0%80",
                "/users/%E0%80%AF"
            })
    void answers400ToAPathThatHasNoOneMeaning(String path) throws Exception {
        try (RawClient client = server.raw()) {
            client.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");

            assertThat(client.answer().status()).isEqualTo(400);
        }
    }

    @Test
    void answers405WithTheMethodsThatAreAllowed() throws Exception {
        HttpResponse<String> answer = server.post("/users/alice", "text/plain", "");

        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("Allow")).contains("DELETE, GET, HEAD, OPTIONS");
    }

    @Test
    void neverFallsBackToALessSpecificPatternForItsMethod() throws Exception {
        HttpRequest delete = server.request("/users/me").DELETE().build();

        assertThat(TestServer.send(delete).statusCode()).isEqualTo(405);
    }

    @Test
    void answersOptionsItself() throws Exception {
        HttpRequest options = server.request("/only-post")
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                .build();

        HttpResponse<String> answer = TestServer.send(options);

        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(answer.headers().firstValue("Allow")).contains("OPTIONS, POST");
    }

    @Test
    void leavesOptionsToARouteForIt() throws Exception {
        HttpRequest options = server.request("/own-options")
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                .build();

        assertThat(TestServer.send(options).body()).isEqualTo("own");
    }

    @Test
    void answersOptionsForTheWholeServer() throws Exception {
        try (RawClient client = server.raw()) {
            client.send("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n");

            assertThat(client.answer().status()).isEqualTo(204);
        }
    }

    @Test
    void answersHeadLikeGetButWithoutABodyAndKeepsTheConnection() throws Exception {
        try (RawClient client = server.raw()) {
            client.send("HEAD /users HTTP/1.1\r\nHost: a\r\n\r\n");
            RawClient.Answer head = client.answerToHead();
            client.send("GET /users HTTP/1.1\r\nHost: a\r\n\r\n");
            RawClient.Answer get = client.answer();

            assertThat(head.status()).isEqualTo(200);
            assertThat(head.header("Content-Length")).isEqualTo("5").isEqualTo(get.header("Content-Length"));
            assertThat(get.text()).isEqualTo("users");
        }
    }

    @Test
    void refusesTwoRoutesOfOneShape() {
        assertThatThrownBy(() -> Routes.builder().get("/a/{x}", named("1")).get("/a/{y}", named("2")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("route GET /a/{y} (expected: one per method and shape; /a/{x} is there already)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "/a{b}", "/{a}b", "/{}", "/{A}", "/{a...}/b", "/{a}/{a}", "/a%20b", "/{a", "/a}"})
    void refusesMalformedPatterns(String pattern) {
        assertThatThrownBy(() -> Routes.builder().get(pattern, named("x")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("route pattern: " + pattern + " (expected: ");
    }

    @Test
    void listsAllRoutesWithTheirTags() {
        Routes routes = Routes.builder()
                .get("/a", RouteOptions.tagged("rule A"), named("a"))
                .post("/b", named("b"))
                .build();

        assertThat(routes.all())
                .extracting(Route::method, Route::pattern)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("GET", "/a"),
                        org.assertj.core.groups.Tuple.tuple("POST", "/b"));
        assertThat(routes.all().getFirst().tag(String.class)).contains("rule A");
        assertThat(routes.all().getFirst().tag(Integer.class)).isEmpty();
        assertThat(routes.all().getLast().tag(String.class)).isEmpty();
    }
}
