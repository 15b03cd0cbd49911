/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.http.files.StaticFiles;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every answer carries the security headers, whatever it is and whoever wrote it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SecurityHeadersTest {
    private static final List<String> ALWAYS = List.of(
            "Content-Security-Policy",
            "X-Content-Type-Options",
            "X-Frame-Options",
            "Referrer-Policy",
            "Cross-Origin-Opener-Policy",
            "Cross-Origin-Resource-Policy",
            "Permissions-Policy",
            "Date");

    private TestServer server;

    private static Routes.Builder routes() {
        return Routes.builder()
                .get("/page", _ -> Response.html(200, "<p>"))
                .get("/empty", _ -> Response.empty(204))
                .get("/redirect", _ -> Response.seeOther("/page"))
                .get("/not-modified", _ -> Response.empty(304))
                .get("/stream", _ -> Response.stream(200, "text/plain", out -> out.write(1)))
                .get("/events", _ -> Response.events(events -> events.event("", "x")))
                .get("/fails", _ -> {
                    throw new IllegalStateException("for the log");
                })
                .get("/own", _ -> Response.html(200, "<p>").withContentSecurityPolicy("default-src 'none'"))
                .get("/overrides", _ -> Response.text(200, "x").with("X-Frame-Options", "SAMEORIGIN"))
                .post(
                        "/limited",
                        RouteOptions.DEFAULT.withMaxBody(1),
                        request -> Response.bytes(200, "x/x", request.body().bytes()))
                .get("/static/{path...}", StaticFiles.resources(SecurityHeadersTest.class.getClassLoader(), "assets/"));
    }

    @BeforeAll
    void start() {
        server = TestServer.of(routes());
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private static Arguments row(int status, String payload) {
        return Arguments.of(status, payload);
    }

    private static String get(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n";
    }

    static Stream<Arguments> answers() {
        return Stream.of(
                row(200, get("/page")),
                row(200, "HEAD /page HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
                row(204, get("/empty")),
                row(303, get("/redirect")),
                row(304, get("/not-modified")),
                row(200, get("/stream")),
                row(200, get("/events")),
                row(200, get("/static/app.css")),
                row(416, "GET /static/app.css HTTP/1.1\r\nHost: a\r\nRange: bytes=999999-\r\n\r\n"),
                row(404, get("/none")),
                row(405, "DELETE /page HTTP/1.1\r\nHost: a\r\n\r\n"),
                row(204, "OPTIONS /page HTTP/1.1\r\nHost: a\r\n\r\n"),
                row(500, get("/fails")),
                row(400, get("/%zz")),
                row(413, "POST /limited HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n"),
                row(417, "GET /page HTTP/1.1\r\nHost: a\r\nExpect: x\r\n\r\n"),
                row(400, "no http\r\n\r\n"),
                row(400, "GET /page HTTP/1.1\r\n\r\n"),
                row(405, "TRACE /page HTTP/1.1\r\nHost: a\r\n\r\n"),
                row(414, "GET /" + "x".repeat(9000)),
                row(431, "GET / HTTP/1.1\r\nX: " + "x".repeat(17_000)));
    }

    @ParameterizedTest
    @MethodSource("answers")
    void areThere(int status, String payload) throws Exception {
        try (RawClient client = server.raw()) {
            client.sendAnyway(payload);

            RawClient.Answer answer = payload.startsWith("HEAD") ? client.answerToHead() : client.answer();

            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.headers())
                    .containsKeys(ALWAYS.stream().map(String::toLowerCase).toArray(String[]::new));
            assertThat(answer.header("X-Frame-Options")).isEqualTo("DENY");
            assertThat(answer.header("Server")).isEmpty();
            assertThat(answer.header("Strict-Transport-Security")).isEmpty();
        }
    }

    @Test
    void aHandlerMayReplaceItsPolicyAndNothingElse() throws Exception {
        assertThat(server.get("/own").headers().allValues("Content-Security-Policy"))
                .containsExactly("default-src 'none'");
        assertThat(server.get("/overrides").headers().allValues("X-Frame-Options"))
                .containsExactly("DENY");
    }

    @Test
    void httpsAddsStrictTransport() throws Exception {
        HttpServerSettings https =
                TestServer.settings().withSecurity(SecurityHeaders.defaults().withHttps(true));
        try (TestServer secure = TestServer.of(https, routes())) {
            assertThat(secure.get("/page").headers().firstValue("Strict-Transport-Security"))
                    .contains("max-age=31536000; includeSubDomains");
        }
    }
}
