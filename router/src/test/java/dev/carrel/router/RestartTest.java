/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.chassis.site.DataFolder;
import dev.carrel.protocol.signed.SigningKeys;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A new router process takes the place of the old one: nobody is refused, nothing under way is cut, and WebSockets live on. */
@Timeout(240)
class RestartTest {
    private static final int RESTARTS = 5;
    private static final int REQUESTS = 10_000;

    @TempDir
    private Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private int port;

    @BeforeEach
    void keys() {
        port = RunningRouter.freePorts();
        SigningKeys.readOrCreate(new DataFolder(folder).signingKey());
    }

    private RouterJvm router(Map<String, String> settings) throws Exception {
        return RouterJvm.start(folder, port, settings);
    }

    private int control(String method, String path, String body) throws Exception {
        return http.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + (port + 1) + path))
                                .header("Authorization", "token " + RunningRouter.TOKEN)
                                .method(method, HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    private String get(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: localhost:" + port + "\r\n";
    }

    @Test
    void tenThousandShortConnectionsDuringFiveRestartsAllGetTheirAnswer() throws Exception {
        AtomicBoolean go = new AtomicBoolean(true);
        AtomicInteger answered = new AtomicInteger();
        ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
        List<RouterJvm> routers = new ArrayList<>();
        try (Backend target = Backend.saying("x");
                ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            routers.add(router(Map.of()));
            assertThat(control("POST", "/api/routes/x", "{\"target\":\"" + target.url() + "\"}"))
                    .isEqualTo(201);
            List<Future<?>> under = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                under.add(clients.submit(() -> {
                    while (go.get() || answered.get() < REQUESTS) {
                        try (RawClient client = new RawClient(port)) {
                            RawClient.Answer answer =
                                    client.send(get("/x") + "\r\n").answer();
                            answered.incrementAndGet();
                            if (!answer.text().equals("x")) {
                                failures.add(answer.status() + " " + answer.text());
                            }
                        } catch (Exception e) {
                            failures.add(e.toString());
                        }
                        target.forget();
                    }
                }));
            }
            for (int i = 0; i < RESTARTS; i++) {
                RouterJvm next = router(Map.of());
                routers.getLast().awaitSuccessor();
                assertThat(routers.getLast().ended()).isZero();
                routers.add(next);
            }
            go.set(false);
            for (Future<?> client : under) {
                client.get();
            }

            assertThat(failures).isEmpty();
            assertThat(answered.get()).isGreaterThanOrEqualTo(REQUESTS);
        } finally {
            for (RouterJvm router : routers) {
                router.close();
            }
        }
    }

    @Test
    void aWebSocketAndARequestUnderWayLiveOnInTheOldProcessWhileTheNewOneHasThePlace() throws Exception {
        try (Backend container = Backend.of((request, wire) -> {
                    if (request.line().contains("/ws")) {
                        wire.send(
                                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n");
                        while (true) {
                            wire.send("echo " + wire.line() + "\r\n");
                        }
                    }
                    wire.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhal");
                    wire.line();
                    wire.send("ves");
                });
                RouterJvm old = router(Map.of())) {
            assertThat(control("POST", "/api/routes/", "{\"target\":\"" + container.url() + "\"}"))
                    .isEqualTo(201);
            try (RawClient socket = new RawClient(port);
                    RawClient half = new RawClient(port);
                    RawClient idle = new RawClient(port)) {
                socket.send(get("/ws") + "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n")
                        .head();
                assertThat(socket.send("one\r\n").line()).isEqualTo("echo one");
                half.send(get("/half") + "Transfer-Encoding: chunked\r\n\r\n").head();
                idle.send(get("/_chp_healthz") + "\r\n").answer();

                try (RouterJvm next = router(Map.of())) {
                    old.awaitSuccessor();

                    assertThat(socket.send("two\r\n").line()).isEqualTo("echo two");
                    assertThat(half.text(3)).isEqualTo("hal");
                    half.send("2\r\n\r\n\r\n0\r\n\r\n");
                    assertThat(half.text(3)).isEqualTo("ves");
                    RawClient.Answer last =
                            idle.send(get("/_chp_healthz") + "\r\n").answer();
                    assertThat(last.status()).isEqualTo(200);
                    assertThat(last.header("Connection")).isEqualTo("close");
                    assertThat(control("POST", "/api/routes/new", "{\"target\":\"" + container.url() + "\"}"))
                            .isEqualTo(201);
                    assertThat(control("GET", "/api/routes/new", "")).isEqualTo(200);
                    assertThat(old.lives()).isTrue();
                    socket.socket().close();
                    assertThat(old.ended()).isZero();
                    assertThat(next.lives()).isTrue();
                }
            }
        }
    }

    @Test
    void signingOutClosesWebSocketsThatLiveOnInTheOldProcess() throws Exception {
        SigningKeys keys = SigningKeys.read(new DataFolder(folder).signingKey());
        try (Backend container = Backend.of((_, wire) -> {
                    wire.send(
                            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n");
                    wire.rest();
                });
                RouterJvm old = router(Map.of())) {
            String session = RunningRouter.sessionJson(
                            new dev.carrel.protocol.name.SessionAddress(
                                    dev.carrel.protocol.name.UserName.of("alice"),
                                    dev.carrel.protocol.name.ServerName.DEFAULT),
                            "ready",
                            container.url(),
                            "")
                    .toString();
            assertThat(control("POST", "/api/routes/user/alice/", session)).isEqualTo(201);
            String host = RunningRouter.host("alice");
            String cookie = new dev.carrel.protocol.signed.SignedValues(keys, java.time.Clock.systemUTC())
                    .sign(
                            dev.carrel.protocol.signed.Purpose.SESSION,
                            RunningRouter.claims("alice", host, java.time.Duration.ofHours(1)));
            try (RawClient socket = new RawClient(port)) {
                int status = socket.send("GET /user/alice/ws HTTP/1.1\r\nHost: " + host + ":" + port
                                + "\r\nOrigin: http://" + host + ":" + port + "\r\nCookie: carrel-session=" + cookie
                                + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n")
                        .head()
                        .status();
                assertThat(status).isEqualTo(101);
                try (RouterJvm _ = router(Map.of())) {
                    old.awaitSuccessor();
                    java.time.Instant now = java.time.Instant.now();

                    assertThat(control(
                                    "PUT",
                                    "/api/carrel/revocations",
                                    "{\"revocations\":[{\"kind\":\"login\",\"id\":\"login-of-alice\",\"notBefore\":\""
                                            + now + "\",\"until\":\"" + now.plusSeconds(3600) + "\"}]}"))
                            .isEqualTo(204);

                    assertThat(socket.rest()).isEmpty();
                    assertThat(old.ended()).isZero();
                }
            }
        }
    }

    @Test
    void theOldOneServesOnWhenTheNewOneFailsAndTheOneAfterItTakesOver() throws Exception {
        try (Backend target = Backend.saying("x");
                RouterJvm old = router(Map.of())) {
            assertThat(control("POST", "/api/routes/x", "{\"target\":\"" + target.url() + "\"}"))
                    .isEqualTo(201);
            Path revocations = new DataFolder(folder).router().resolve("revocations.json");
            // Cannot be read, so the new one fails after it has asked for the place.
            Files.createDirectories(revocations);
            assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> router(Map.of())))
                    .hasMessageContaining("revocations.json");
            try (RawClient client = new RawClient(port)) {
                assertThat(client.send(get("/x") + "\r\n").answer().text()).isEqualTo("x");
            }
            Files.delete(revocations);

            try (RouterJvm _ = router(Map.of())) {
                old.awaitSuccessor();
                try (RawClient client = new RawClient(port)) {
                    assertThat(client.send(get("/x") + "\r\n").answer().text()).isEqualTo("x");
                }
                assertThat(old.ended()).isZero();
            }
        }
    }
}
