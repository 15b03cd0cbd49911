/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What a handler can learn of a request. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RequestReadingTest {
    private TestServer server;

    @BeforeAll
    void start() {
        server = TestServer.of(Routes.builder()
                .get(
                        "/query",
                        request -> Response.text(
                                200,
                                request.query().all("a") + " "
                                        + request.query().first("b").orElse("none")))
                .get(
                        "/cookies",
                        request -> Response.text(200, request.cookies("c").toString()))
                .get(
                        "/headers",
                        request -> Response.text(
                                200,
                                request.headers().all("x-TEST") + " "
                                        + request.header("x-none").isPresent()))
                .get(
                        "/where",
                        request -> Response.text(
                                200,
                                request.host() + " "
                                        + request.remoteAddress().getAddress().getHostAddress() + " "
                                        + request.startedAt().isAfter(java.time.Instant.EPOCH)))
                .get("/id", request -> Response.text(200, request.id()))
                .get(
                        "/thread",
                        _ -> Response.text(
                                200, String.valueOf(Thread.currentThread().isVirtual())))
                .get(
                        "/raw/{rest...}",
                        request -> Response.text(
                                200, request.rawPath() + " " + request.segments() + " " + request.rawQuery()))
                .post(
                        "/form",
                        request -> Response.text(
                                200,
                                request.body().form().all("a") + " "
                                        + request.body().form().first("é").orElse("none")))
                .post("/text", request -> Response.text(200, request.body().text(100)))
                .post(
                        "/length",
                        request -> Response.text(
                                200, request.body().announcedLength().toString())));
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void readsQueryParametersWithTheirOrderAndRepeats() throws Exception {
        assertThat(server.get("/query?a=1&b=x%26y&a=%32&a=a+b&a&&").body()).isEqualTo("[1, 2, a b, ] x&y");
        assertThat(server.get("/query").body()).isEqualTo("[] none");
    }

    @Test
    void answers400ToAQueryWithBadEscapes() throws Exception {
        try (RawClient client = server.raw()) {
            client.send("GET /query?a=%GG HTTP/1.1\r\nHost: a\r\n\r\n");

            assertThat(client.answer().status()).isEqualTo(400);
        }
    }

    @Test
    void answers400ToTooManyParameters() throws Exception {
        assertThat(server.get("/query?" + "a&".repeat(1001)).statusCode()).isEqualTo(400);
    }

    @Test
    void showsEveryCookieOfOneNameSoThatPlantedOnesAreSeen() throws Exception {
        assertThat(server.get("/cookies", "Cookie", "c=1; d=2; c=3").body()).isEqualTo("[1, 3]");
        assertThat(server.get("/cookies", "Cookie", "cc=1; d=c=2").body()).isEqualTo("[]");
        assertThat(server.get("/cookies", "Cookie", "c=1", "Cookie", "c=a=b").body())
                .isEqualTo("[1, a=b]");
    }

    @Test
    void readsHeadersWhateverTheirCase() throws Exception {
        assertThat(server.get("/headers", "X-Test", "1", "x-test", "2").body()).isEqualTo("[1, 2] false");
    }

    @Test
    void knowsHostAndRemoteAddress() throws Exception {
        assertThat(server.get("/where").body()).startsWith("127.0.0.1:").endsWith(" 127.0.0.1 true");
    }

    @Test
    void takesOverAProxysRequestIdAndMakesOneOtherwise() throws Exception {
        HttpResponse<String> given = server.get("/id", "X-Request-Id", "abc-123");
        HttpResponse<String> made = server.get("/id");
        HttpResponse<String> refused = server.get("/id", "X-Request-Id", "no blanks allowed");

        assertThat(given.body()).isEqualTo("abc-123");
        assertThat(given.headers().firstValue("X-Request-Id")).contains("abc-123");
        assertThat(made.body())
                .isNotEmpty()
                .isEqualTo(made.headers().firstValue("X-Request-Id").orElseThrow());
        assertThat(refused.body()).doesNotContain(" ").isNotEqualTo(made.body());
    }

    @Test
    void runsHandlersOnVirtualThreads() throws Exception {
        assertThat(server.get("/thread").body()).isEqualTo("true");
    }

    @Test
    void keepsTheRawFormsBesideTheDecodedOnes() throws Exception {
        assertThat(server.get("/raw/a%2Fb/%63?x=%31").body()).isEqualTo("/raw/a%2Fb/%63 [raw, a/b, c] x=%31");
    }

    @Test
    void readsAFormMoreThanOnce() throws Exception {
        assertThat(server.post("/form", "application/x-www-form-urlencoded; charset=utf-8", "a=1&%C3%A9=%2B+x&a=2")
                        .body())
                .isEqualTo("[1, 2] + x");
    }

    @Test
    void answers415ToAFormOfAnotherType() throws Exception {
        assertThat(server.post("/form", "text/plain", "a=1").statusCode()).isEqualTo(415);
    }

    @Test
    void answers400ToTextThatIsNotUtf8() throws Exception {
        try (RawClient client = server.raw()) {
            client.send("POST /text HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n\u00ff");

            assertThat(client.answer().status()).isEqualTo(400);
        }
        assertThat(server.post("/text", "text/plain", "grün").body()).isEqualTo("grün");
    }

    @Test
    void knowsTheAnnouncedLength() throws Exception {
        assertThat(server.post("/length", "text/plain", "abc").body()).isEqualTo("OptionalLong[3]");
        assertThat(server.post("/length", "text/plain", "").body()).isEqualTo("OptionalLong[0]");
    }
}
