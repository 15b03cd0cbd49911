/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Whatever a client says of where it wants to go, the router connects to targets of its route table only, and to those only that the client's credentials
 * open. Listeners on other ports of this machine, the Docker engine's among them where it is free, hear nothing.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NoDestinationTest {
    private static final int DOCKER = 2375;

    private final AtomicInteger trapped = new AtomicInteger();
    private final List<ServerSocket> traps = new ArrayList<>();
    private RunningRouter router;
    private Backend alices;
    private Backend bobs;

    @BeforeAll
    void start() throws Exception {
        router = RunningRouter.start(Map.of("CARREL_ROUTER_WORKERS", "1"));
        alices = Backend.saying("alice's");
        bobs = Backend.saying("bob's");
        router.ready("alice", alices.url());
        router.ready("bob", bobs.url());
        for (String address : List.of("127.0.0.1", "127.0.0.2", "127.9.9.9")) {
            trap(0, address);
        }
        try {
            trap(DOCKER, "127.0.0.1");
        } catch (BindException _) {
            // Somebody listens there, and would answer: none of the answers below is 200.
        }
        trap(router.enginePort(), "127.0.0.2");
    }

    private void trap(int port, String address) throws IOException {
        ServerSocket listening = new ServerSocket(port, 50, InetAddress.getByName(address));
        traps.add(listening);
        Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    try (Socket _ = listening.accept()) {
                        trapped.incrementAndGet();
                    }
                }
            } catch (IOException _) {
                // Closed.
            }
        });
    }

    @AfterEach
    void nobodyWasReachedWhoShouldNot() {
        assertThat(trapped.get())
                .as("connections to ports that are in no route")
                .isZero();
        assertThat(bobs.connections())
                .as("connections to another person's session")
                .isZero();
    }

    @AfterAll
    void stop() throws Exception {
        router.close();
        alices.close();
        bobs.close();
        for (ServerSocket listening : traps) {
            listening.close();
        }
    }

    private List<String> elsewhere() {
        List<String> places = new ArrayList<>(List.of("169.254.169.254", "127.0.0.1:" + DOCKER));
        traps.forEach(trap -> places.add(trap.getInetAddress().getHostAddress() + ":" + trap.getLocalPort()));
        places.add("localhost:" + traps.getFirst().getLocalPort());
        places.add(RunningRouter.host("alice") + ":" + traps.getFirst().getLocalPort());
        return places;
    }

    private String alice() {
        return "Cookie: " + router.cookie("alice") + "\r\nAuthorization: token " + router.apiToken("alice", "self")
                + "\r\n";
    }

    private RawClient.Answer ask(String line, String host, String more) throws IOException {
        try (RawClient client = router.raw()) {
            return client.send(line + " HTTP/1.1\r\nHost: " + host + "\r\n" + alice() + more + "\r\n")
                    .answer();
        }
    }

    @Test
    void aHostOrAnAbsoluteAddressLeadsNowhereElse() throws Exception {
        for (String place : elsewhere()) {
            assertThat(ask("GET /x", place, "").status()).as(place).isEqualTo(421);
            assertThat(ask("GET http://" + place + "/x", place, "").status())
                    .as(place)
                    .isEqualTo(421);
            assertThat(ask("GET http://" + place + "/x", router.baseAuthority(), "")
                            .status())
                    .as(place)
                    .isEqualTo(400);
            assertThat(ask("GET http://" + router.baseAuthority() + "@" + place + "/x", place, "")
                            .status())
                    .as(place)
                    .isEqualTo(400);
            assertThat(ask("CONNECT " + place, place, "").status()).as(place).isEqualTo(405);
            assertThat(ask("CONNECT " + place, router.baseAuthority(), "").status())
                    .as(place)
                    .isEqualTo(405);
        }
    }

    @Test
    void aHeaderLeadsNowhereElse() throws Exception {
        for (String place : elsewhere()) {
            for (String name : List.of(
                    "X-Forwarded-Host",
                    "X-Forwarded-Server",
                    "X-Forwarded-Port",
                    "Forwarded",
                    "X-Host",
                    "X-Original-Host",
                    "X-Original-URL",
                    "X-Rewrite-URL",
                    "X-Target",
                    "X-Backend",
                    "X-Upstream",
                    "Proxy-Host",
                    "Destination",
                    "Referer",
                    "Origin",
                    "Location",
                    "X-Real-IP",
                    "True-Client-IP",
                    "X-Carrel-Target",
                    "X-Carrel-Port")) {
                String value = name.equals("Forwarded") ? "host=" + place : "http://" + place + "/x";
                RawClient.Answer answer = ask("GET /x", router.authority("alice"), name + ": " + value + "\r\n");
                if (name.equals("Origin")) {
                    assertThat(answer.status()).as(name).isIn(200, 403);
                } else {
                    assertThat(answer.text()).as(name).isEqualTo("alice's");
                }
            }
        }
    }

    @Test
    void aCookieLeadsNowhereElse() throws Exception {
        for (String place : elsewhere()) {
            int port = place.indexOf(':') < 0 ? 80 : Integer.parseInt(place.substring(place.indexOf(':') + 1));
            // As JuliaBox's and JupyterHub's proxies understood them.
            String cookies = "Cookie: jb_iid=" + place + "; jb_cid=x; jb_sess=x; jb_port=" + port + "; jci_x=" + port
                    + "; redirect-to-server=http://" + place + "; route=" + place + "\r\n";
            assertThat(ask("GET /x", router.authority("alice"), cookies).status())
                    .isIn(200, 401, 403);
            assertThat(ask("GET /user/alice/", router.baseAuthority(), cookies).status())
                    .isEqualTo(200);
        }
    }

    @Test
    void aPathLeadsNowhereElse() throws Exception {
        List<String> paths = new ArrayList<>(List.of(
                "/user/alice/..%2fbob/",
                "/user/alice/..%2Fbob/",
                "/user/alice/../bob/",
                "/user/alice/%2e%2e/bob/",
                "/user/alice/%2e%2e%2fbob/",
                "/user/alice/..;/bob/",
                "/user/alice;/../bob/",
                "/user/alice/.%00./bob/",
                "/user/alice/..%5cbob/",
                "/user/alice/..\\bob/",
                "/user/alice%2f..%2fbob/",
                "/user/alice/%252e%252e/bob/",
                "/user/./bob/",
                "/user//bob/",
                "//user/bob/",
                "/user/bob",
                "/user/bob/",
                "/user/bob%2f",
                "/user/%62ob/",
                "/user/BOB/",
                "/user/bob;x/",
                "/user/bob%00/",
                "/user/x/../bob/",
                "/x/../user/bob/",
                "/./user/bob/",
                "/%2e/user/bob/"));
        for (String place : elsewhere()) {
            paths.addAll(List.of(
                    "//" + place + "/",
                    "///" + place + "/",
                    "/\\" + place + "/",
                    "/@" + place + "/",
                    "/.@" + place + "/",
                    "/user/alice@" + place + "/",
                    "/user/alice/@" + place + "/",
                    "/user/alice:" + place + "/",
                    "/http://" + place + "/",
                    "/http%3a%2f%2f" + place + "/",
                    "/proxy/http://" + place + "/",
                    "/?url=http://" + place + "/",
                    "/;http://" + place + "/"));
        }
        for (String path : paths) {
            // Who comes by token gets to their own session, the engine (which is not there) or nobody.
            assertThat(ask("GET " + path, router.baseAuthority(), "").text())
                    .as(path)
                    .containsAnyOf("alice's", "engine.unreachable", "access.forbidden", "session.unknown");
            assertThat(ask("GET " + path, router.authority("alice"), "").text())
                    .as(path)
                    .isEqualTo("alice's");
        }
    }

    @Test
    void aTicketOrCookieOfAnotherHostOpensNothing() throws Exception {
        String bob = router.authority("bob");
        try (RawClient client = router.raw()) {
            for (String credentials : List.of(
                    "Cookie: " + router.cookie("alice"),
                    "Authorization: token " + router.apiToken("alice", "self"),
                    "Cookie: carrel-session=" + router.ticket("bob"),
                    "Cookie: carrel-session=" + router.apiToken("bob", "self"),
                    "Authorization: token " + router.ticket("bob"),
                    "Authorization: Basic Ym9iOmJvYg==",
                    "Authorization: token " + RunningRouter.UPSTREAM_TOKEN,
                    "Authorization: token " + RunningRouter.TOKEN)) {
                assertThat(client.send("GET /x HTTP/1.1\r\nHost: " + bob + "\r\n" + credentials + "\r\n\r\n")
                                .answer()
                                .status())
                        .as(credentials)
                        .isIn(401, 403);
            }
            for (String ticket :
                    List.of(router.ticket("alice"), router.cookie("bob"), router.apiToken("bob", "self"))) {
                RawClient.Answer answer = client.send(
                                "GET /.carrel/enter?ticket=" + URLEncoder.encode(ticket, StandardCharsets.UTF_8)
                                        + " HTTP/1.1\r\nHost: " + bob + "\r\n\r\n")
                        .answer();
                assertThat(answer.header("Set-Cookie")).isEmpty();
                assertThat(answer.status()).isIn(302, 403);
            }
        }
    }

    @Test
    void whereToGoNextIsAPathOfTheSameOrigin() throws Exception {
        for (String place : elsewhere()) {
            for (String next : List.of(
                    "http://P/",
                    "//P/",
                    "///P/",
                    "/\\P/",
                    "\\\\P/",
                    "/\t/P/",
                    "/\r\n/P/",
                    "\r\nLocation: http://P/",
                    "@P/",
                    ":@P",
                    "javascript:alert(1)",
                    "/user/alice/../../..//P/",
                    "%2f%2fP/",
                    "/%2fP",
                    "/./\\P",
                    "https:P")) {
                String address = "/.carrel/enter?ticket=" + router.ticket("alice") + "&next="
                        + URLEncoder.encode(next.replace("P", place), StandardCharsets.UTF_8);
                RawClient.Answer answer = router.get(router.authority("alice"), address, "");

                assertThat(answer.status()).as(next).isEqualTo(302);
                assertThat(answer.headers("Location")).as(next).hasSize(1);
                String location = answer.header("Location");
                assertThat(location)
                        .as(next)
                        .startsWith("/")
                        .doesNotStartWith("//")
                        .doesNotStartWith("/\\");
                assertThat(location).as(next).doesNotContain("\t", "\\", "\r");
            }
        }
    }
}
