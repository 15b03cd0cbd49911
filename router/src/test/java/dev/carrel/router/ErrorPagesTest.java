/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose page is shown when a route without a session cannot be served. */
class ErrorPagesTest {
    @TempDir
    private Path folder;

    private static RunningRouter start(String name, String value) throws Exception {
        return RunningRouter.start(Map.of("CARREL_PROXY_STAND_ALONE", "true", "CARREL_PROXY_" + name, value));
    }

    @Test
    void theErrorTargetIsAskedForTheCodeWithTheEscapedUrl() throws Exception {
        try (Backend hub = Backend.of((request, wire) -> wire.send(
                        "HTTP/1.1 200 OK\r\nContent-Type: text/x-hub\r\nContent-Encoding: identity\r\nX-Other: 1\r\nSet-Cookie: a=b\r\n"
                                + "Content-Length: 4\r\n\r\npage"));
                RunningRouter router = start("ERROR_TARGET", hub.url() + "/hub/error/")) {
            RawClient.Answer answer = router.get("any.example", "/user/foo?a=b c".replace(" ", "%20"), "");

            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.text()).isEqualTo("page");
            assertThat(answer.header("Content-Type")).isEqualTo("text/x-hub");
            assertThat(answer.header("Content-Encoding")).isEqualTo("identity");
            assertThat(answer.header("X-Other") + answer.header("Set-Cookie")).isEmpty();
            assertThat(answer.header("Content-Security-Policy")).isEmpty();
            Backend.Seen asked = hub.next();
            assertThat(asked.line()).isEqualTo("GET /hub/error/404?url=%2Fuser%2Ffoo%3Fa%3Db%2520c HTTP/1.1");
            assertThat(asked.header("Cookie").or(() -> asked.header("Authorization")))
                    .isEmpty();
        }
    }

    @Test
    void aTargetThatCannotBeReachedIs503UnderTheErrorTargetsPage() throws Exception {
        try (Backend hub = Backend.saying("the hub says so");
                Backend gone = Backend.saying("");
                RunningRouter router = start("ERROR_TARGET", hub.url() + "/hub/error")) {
            router.plainRoute("/a", gone.url());
            gone.die();

            try (RawClient client = router.raw()) {
                for (int i = 0; i < 2; i++) {
                    RawClient.Answer answer = client.send("GET /a/b HTTP/1.1\r\nHost: any.example\r\n\r\n")
                            .answer();

                    assertThat(answer.status()).isEqualTo(503);
                    assertThat(answer.text()).isEqualTo("the hub says so");
                    assertThat(hub.next().target()).isEqualTo("/hub/error/503?url=%2Fa%2Fb");
                }
            }
        }
    }

    @Test
    void headGetsTheLengthOfThePageAndNoBody() throws Exception {
        try (Backend hub = Backend.saying("12345");
                RunningRouter router = start("ERROR_TARGET", hub.url());
                RawClient client = router.raw()) {
            RawClient.Answer head = client.send("HEAD /x HTTP/1.1\r\nHost: any.example\r\nConnection: close\r\n\r\n")
                    .head();

            assertThat(head.status()).isEqualTo(404);
            assertThat(head.header("Content-Length")).isEqualTo("5");
            assertThat(client.rest()).isEmpty();
        }
    }

    @Test
    void ourNoticeIsShownWhenTheErrorTargetFails() throws Exception {
        try (Backend hub = Backend.of((_, wire) -> wire.send("this is no HTTP\r\n\r\n"));
                RunningRouter router = start("ERROR_TARGET", hub.url())) {
            assertThat(router.get("any.example", "/x", "").text()).contains("route.unknown");
            hub.die();
            assertThat(router.get("any.example", "/x", "").text()).contains("route.unknown");
        }
    }

    @Test
    void ourNoticeIsShownWhenThePageIsTooLarge() throws Exception {
        try (Backend hub = Backend.of((_, wire) ->
                        wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n" + "x".repeat(2_000_000)));
                RunningRouter router = start("ERROR_TARGET", hub.url())) {
            assertThat(router.get("any.example", "/x", "").text()).contains("route.unknown");
        }
    }

    @Test
    void aClientThatLeavesMeanwhileHarmsNobody() throws Exception {
        try (Backend hub = Backend.of((request, wire) -> {
                    if (request.target().contains("first")) {
                        Thread.currentThread().join();
                    }
                    wire.send(Backend.ok("page"));
                });
                RunningRouter router = start("ERROR_TARGET", hub.url())) {
            try (Socket leaving = new Socket(InetAddress.getLoopbackAddress(), router.port())) {
                leaving.getOutputStream()
                        .write("GET /first HTTP/1.1\r\nHost: any.example\r\n\r\n"
                                .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                hub.next();
            }

            assertThat(router.get("any.example", "/x", "").text()).isEqualTo("page");
        }
    }

    @Test
    void webSocketsGetTheBareStatus() throws Exception {
        try (Backend hub = Backend.saying("page");
                RunningRouter router = start("ERROR_TARGET", hub.url())) {
            RawClient.Answer answer = router.get(
                    "any.example",
                    "/x",
                    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n");

            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.header("Content-Length")).isEqualTo("0");
            assertThat(hub.unseen()).isZero();
        }
    }

    @Test
    void theErrorPathHasAPageForTheCodeOrForAll() throws Exception {
        Files.writeString(folder.resolve("404.html"), "<p>four o four");
        Files.writeString(folder.resolve("error.html"), "<p>anything");
        try (RunningRouter router = start("ERROR_PATH", folder.toString())) {
            router.plainRoute("/odd", "not a url");

            RawClient.Answer unknown = router.get("any.example", "/x", "");
            assertThat(unknown.status()).isEqualTo(404);
            assertThat(unknown.header("Content-Type")).isEqualTo("text/html");
            assertThat(unknown.text()).isEqualTo("<p>four o four");
            RawClient.Answer odd = router.get("any.example", "/odd", "");
            assertThat(odd.status()).isEqualTo(500);
            assertThat(odd.text()).isEqualTo("<p>anything");

            Files.delete(folder.resolve("error.html"));
            assertThat(router.get("any.example", "/odd", "").text()).contains("route.bad-target");
        }
    }
}
