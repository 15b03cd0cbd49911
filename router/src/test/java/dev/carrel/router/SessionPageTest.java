/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A page that a person opens in a session is given the banner's script; whatever else passes stays as it is, byte for byte. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SessionPageTest {
    private static final String NAVIGATION =
            "Accept: text/html,*/*;q=0.8\r\nSec-Fetch-Dest: document\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Site: none\r\n";
    private static final String PAGE = "<!doctype html><html><head><title>x</title></head><body>ä</body></html>";
    private static final Pattern SCRIPT =
            Pattern.compile("<script src=\"(/\\.carrel/session\\.js\\?v=[0-9a-f]{16})\" defer></script>");

    private RunningRouter router;

    @BeforeAll
    void start() throws Exception {
        router = RunningRouter.start();
    }

    @AfterAll
    void stop() {
        router.close();
    }

    private RawClient.Answer open(String wire, String headers) throws Exception {
        try (Backend session = Backend.of((request, out) -> {
            request.body();
            out.send(wire.getBytes(StandardCharsets.UTF_8));
        })) {
            router.ready("ada", session.url());
            return router.get(
                    router.authority("ada"), "/user/ada/lab", "Cookie: " + router.cookie("ada") + "\r\n" + headers);
        }
    }

    private static String page(String more) {
        int length = PAGE.getBytes(StandardCharsets.UTF_8).length;
        return "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=UTF-8\r\nContent-Length: " + length + "\r\n" + more
                + "\r\n" + PAGE;
    }

    private static String withoutScript(String text) {
        Matcher script = SCRIPT.matcher(text);
        assertThat(script.find()).as(text).isTrue();
        assertThat(text.substring(0, script.start())).endsWith("<head>");
        return script.replaceAll("");
    }

    @Test
    void theScriptIsTheFirstInTheHeadAndTheLengthIsRight() throws Exception {
        RawClient.Answer answer = open(page("ETag: \"abc\"\r\nAccept-Ranges: bytes\r\n"), NAVIGATION);

        assertThat(withoutScript(answer.text())).isEqualTo(PAGE);
        assertThat(answer.header("Content-Length")).isEqualTo(Integer.toString(answer.body().length));
        assertThat(answer.header("ETag")).isEqualTo("W/\"abc\"");
        assertThat(answer.headers("Accept-Ranges")).isEmpty();
    }

    @Test
    void aPageInPiecesOfAnySizeIsPassedOnInPieces() throws Exception {
        StringBuilder wire = new StringBuilder(
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n");
        for (String piece : PAGE.replace("ä", "a").split("(?<=[>])")) {
            wire.append(Integer.toHexString(piece.length()))
                    .append("\r\n")
                    .append(piece)
                    .append("\r\n");
        }
        wire.append("0\r\nX-Sum: 1\r\n\r\n");

        RawClient.Answer answer = open(wire.toString(), NAVIGATION);

        assertThat(withoutScript(answer.text())).isEqualTo(PAGE.replace("ä", "a"));
        assertThat(answer.trailers()).contains("X-Sum: 1");
    }

    @Test
    void theSessionIsAskedForThePlainWholePage() throws Exception {
        try (Backend session = Backend.saying("x")) {
            router.ready("bob", session.url());
            String cookie = "Cookie: " + router.cookie("bob") + "\r\n";
            String parts =
                    "Accept-Encoding: gzip, br\r\nRange: bytes=3-9\r\nIf-Range: \"abc\"\r\nIf-None-Match: W/\"abc\"\r\n";

            router.get(router.authority("bob"), "/user/bob/lab", cookie + NAVIGATION + parts);
            Backend.Seen page = session.next();
            router.get(router.authority("bob"), "/user/bob/x.bin", cookie + "Accept: */*\r\n" + parts);
            Backend.Seen other = session.next();

            assertThat(page.header("Accept-Encoding")).contains("identity");
            assertThat(page.header("Range")).isEmpty();
            assertThat(page.header("If-Range")).isEmpty();
            assertThat(page.header("If-None-Match")).contains("W/\"abc\"");
            assertThat(other.header("Accept-Encoding")).contains("gzip, br");
            assertThat(other.header("Range")).contains("bytes=3-9");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Accept: text/html\r\nSec-Fetch-Dest: iframe\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Site: same-origin\r\n",
                "Accept: text/html\r\nSec-Fetch-Dest: empty\r\nSec-Fetch-Mode: cors\r\nSec-Fetch-Site: same-origin\r\n",
                "Accept: text/html\r\n",
                "Accept: */*\r\n",
            })
    void whatNoWindowOpensStaysAsItIs(String headers) throws Exception {
        RawClient.Answer answer = open(page("ETag: \"abc\"\r\n"), headers);

        assertThat(answer.text()).isEqualTo(PAGE);
        assertThat(answer.header("ETag")).isEqualTo("\"abc\"");
    }

    @Test
    void aBrowserThatTellsLessOverPlainHttpIsKnownByItsWishForHttps() throws Exception {
        RawClient.Answer answer = open(page(""), "Accept: text/html\r\nUpgrade-Insecure-Requests: 1\r\n");

        assertThat(withoutScript(answer.text())).isEqualTo(PAGE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Security-Policy: script-src 'nonce-abc'\r\n",
                "Content-Security-Policy: sandbox\r\n",
                "Content-Encoding: gzip\r\n",
                "Content-Disposition: attachment; filename=x.html\r\n",
                "Repr-Digest: sha-256=:abc=:\r\n",
            })
    void aPageThatCannotHaveItStaysAsItIs(String header) throws Exception {
        RawClient.Answer answer = open(page(header + "ETag: \"abc\"\r\n"), NAVIGATION);

        assertThat(answer.text()).isEqualTo(PAGE);
        assertThat(answer.header("ETag")).isEqualTo("\"abc\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\n<head>",
                "HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<head>",
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 8\r\n\r\nx <head>",
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\n<head",
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n",
            })
    void anAnswerWithoutAHeadStaysAsItIs(String wire) throws Exception {
        RawClient.Answer answer = open(wire, NAVIGATION);

        assertThat(answer.text()).isEqualTo(wire.substring(wire.indexOf("\r\n\r\n") + 4));
    }

    @Test
    void aHeadThatComesLaterThanTheWindowIsNotLookedFor() throws Exception {
        String body = "<!--" + "-".repeat(17_000) + "--><head></head>";

        RawClient.Answer answer = open(
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: " + body.length() + "\r\n\r\n" + body,
                NAVIGATION);

        assertThat(answer.text()).isEqualTo(body);
    }

    @Test
    void whatFollowsTheHeadIsNotHeldBack() throws Exception {
        try (Backend session = Backend.of((_, out) -> {
            out.send("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n<head>\r\n");
            // The rest never comes: whoever waits for it waits in vain.
            out.rest();
        })) {
            router.ready("slow", session.url());
            try (RawClient client = router.raw()) {
                client.send("GET /user/slow/lab HTTP/1.1\r\nHost: " + router.authority("slow") + "\r\nCookie: "
                        + router.cookie("slow") + "\r\n" + NAVIGATION + "\r\n");

                assertThat(client.head().status()).isEqualTo(200);
                assertThat(client.chunk()).isEqualTo("<head>");
                assertThat(client.chunk()).matches(SCRIPT);
            }
        }
    }

    @Test
    void aPageThatBreaksOffBeforeItsHeadBreaksOff() throws Exception {
        try (Backend session = Backend.of((_, out) -> {
            out.send("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 50\r\n\r\n<html>");
            out.close();
        })) {
            router.ready("torn", session.url());
            try (RawClient client = router.raw()) {
                client.send("GET /user/torn/lab HTTP/1.1\r\nHost: " + router.authority("torn") + "\r\nCookie: "
                        + router.cookie("torn") + "\r\n" + NAVIGATION + "\r\n");

                assertThat(client.rest()).isEmpty();
            }
        }
    }

    @Test
    void theScriptIsThereForEverUnderTheAddressInThePage() throws Exception {
        RawClient.Answer page = open(page(""), NAVIGATION);
        Matcher tag = SCRIPT.matcher(page.text());
        assertThat(tag.find()).isTrue();

        RawClient.Answer script = router.get(router.authority("ada"), tag.group(1), "");

        assertThat(script.status()).isEqualTo(200);
        assertThat(script.header("Content-Type")).isEqualTo("text/javascript; charset=utf-8");
        assertThat(script.header("Cache-Control")).isEqualTo("public, max-age=31536000, immutable");
        assertThat(script.text()).contains("EventSource");
        assertThat(router.get(router.authority("ada"), "/.carrel/session.js", "")
                        .header("Cache-Control"))
                .isEqualTo("no-cache");
        assertThat(router.get(router.authority("ada"), "/.carrel/else.js", "").status())
                .isEqualTo(404);
    }

    @Test
    void whoeverWantsNoBannerHasNone() throws Exception {
        try (RunningRouter plain = RunningRouter.start(Map.of("CARREL_ROUTER_SESSION_BANNER", "false"));
                Backend session = Backend.of((request, out) -> {
                    request.body();
                    out.send(page("").getBytes(StandardCharsets.UTF_8));
                })) {
            plain.ready("ada", session.url());

            RawClient.Answer answer = plain.get(
                    plain.authority("ada"), "/user/ada/lab", "Cookie: " + plain.cookie("ada") + "\r\n" + NAVIGATION);

            assertThat(answer.text()).isEqualTo(PAGE);
        }
    }
}
