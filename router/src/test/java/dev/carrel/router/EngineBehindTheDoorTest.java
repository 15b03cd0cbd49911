/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;

/** What no route takes goes to the engine with everything the client sent; while the engine is down, a page says so and looks again. */
class EngineBehindTheDoorTest {
    @Test
    void passesCookiesAuthorizationAndHostToTheEngine() throws Exception {
        try (RunningRouter router = RunningRouter.start();
                ServerSocket engine = new ServerSocket(router.enginePort(), 5, InetAddress.getLoopbackAddress());
                RawClient client = router.raw()) {
            client.send("GET /hub/home?x=%20y HTTP/1.1\r\nHost: " + router.baseAuthority()
                    + "\r\nCookie: carrel-login=s; a=b\r\nAuthorization: token t\r\n\r\n");
            try (Socket accepted = engine.accept();
                    RawClient wire = new RawClient(accepted)) {
                assertThat(wire.line()).isEqualTo("GET /hub/home?x=%20y HTTP/1.1");
                assertThat(wire.lines())
                        .contains(
                                "Host: " + router.baseAuthority(),
                                "Cookie: carrel-login=s; a=b",
                                "Authorization: token t",
                                "X-Forwarded-Host: " + router.baseAuthority());
                wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nSet-Cookie: carrel-login=n; Path=/\r\n\r\nhi");

                RawClient.Answer answer = client.answer();

                assertThat(answer.text()).isEqualTo("hi");
                assertThat(answer.header("Set-Cookie")).isEqualTo("carrel-login=n; Path=/");
            }
        }
    }

    @Test
    void theHostOfApisIsThePartOfTheEngineThatAnswersCallsAndCookiesCountForNothingThere() throws Exception {
        try (RunningRouter router = RunningRouter.start();
                ServerSocket engine = new ServerSocket(router.enginePort(), 5, InetAddress.getLoopbackAddress());
                RawClient client = router.raw()) {
            String host = "api." + router.baseAuthority();
            client.send("GET /calc/add/1?x=%20y HTTP/1.1\r\nHost: " + host
                    + "\r\nCookie: carrel-login=s; a=b\r\nAuthorization: token t\r\n\r\n");
            try (Socket accepted = engine.accept();
                    RawClient wire = new RawClient(accepted)) {
                assertThat(wire.line()).isEqualTo("GET /api-host/calc/add/1?x=%20y HTTP/1.1");
                assertThat(wire.lines())
                        .contains("Host: " + host, "Authorization: token t")
                        .noneMatch(
                                line -> line.toLowerCase(java.util.Locale.ROOT).startsWith("cookie"));
                wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");

                assertThat(client.answer().text()).isEqualTo("hi");
            }
        }
    }

    @Test
    void saysThatItIsRestartingWhileTheEngineIsDown() throws Exception {
        try (RunningRouter router = RunningRouter.start()) {
            RawClient.Answer page = router.get(router.baseAuthority(), "/hub/home", "Accept: text/html\r\n");
            RawClient.Answer json = router.get(router.baseAuthority(), "/hub/api/users", "");

            assertThat(page.status()).isEqualTo(503);
            assertThat(page.header("Retry-After")).isNotEmpty();
            assertThat(page.text()).contains("Carrel is starting or restarting").contains("http-equiv=\"refresh\"");
            assertThat(json.status()).isEqualTo(503);
            assertThat(json.text()).contains("\"error\":\"engine.unreachable\"");
        }
    }
}
