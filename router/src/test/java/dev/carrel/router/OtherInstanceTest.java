/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carrel.protocol.name.PortAddress;
import dev.carrel.protocol.name.PortName;
import dev.carrel.protocol.name.ServerName;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.signed.Claims;
import dev.carrel.protocol.signed.Purpose;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Two instances with one signing key. Browsers come to the first; sessions are on the second. What the first one's engine would say is said by a small
 * server in its place, which checks that only the router asks.
 */
class OtherInstanceTest {
    private RunningRouter first;
    private RunningRouter second;
    private Backend session;
    private Backend engine;

    /** What the engine of the first instance says of a name; nothing means that there is no such session. */
    private final Map<String, String> places = new ConcurrentHashMap<>();

    private final AtomicInteger questions = new AtomicInteger();
    private volatile CountDownLatch hold = new CountDownLatch(0);

    @BeforeEach
    void start() throws Exception {
        Path folder = Files.createTempDirectory(Files.createDirectories(Path.of("target/routers")), "instances");
        first = instance(folder.resolve("first"), Map.of("CARREL_INSTANCE_NAME", "one"));
        Path key = folder.resolve("second/keys/signing.key");
        Files.createDirectories(key.getParent());
        Files.copy(first.data().signingKey(), key, StandardCopyOption.COPY_ATTRIBUTES);
        // To browsers they are one site.
        second = instance(
                folder.resolve("second"),
                Map.of("CARREL_INSTANCE_NAME", "two", "CARREL_SITE_PUBLIC_URL", "http://localhost:" + first.port()));
        session = Backend.of((request, wire) ->
                wire.send(Backend.ok("session of " + request.header("Host").orElse("")
                        + " for " + request.header("X-Forwarded-For").orElse("") + " hop "
                        + request.header("X-Carrel-Hop").orElse("none"))));
        engine = engine();
    }

    private static RunningRouter instance(Path root, Map<String, String> settings) throws Exception {
        Map<String, String> all = new HashMap<>(settings);
        all.put("CARREL_INSTANCE_HOP_PORT", Integer.toString(RunningRouter.freePorts()));
        return RunningRouter.start(root, all);
    }

    private Backend engine() throws IOException {
        return Backend.at(first.enginePort(), (request, wire) -> {
            assertThat(request.header("X-Carrel-Hop")).isPresent();
            questions.incrementAndGet();
            hold.await();
            String name = URLDecoder.decode(
                    request.target().substring(request.target().indexOf('=') + 1), StandardCharsets.UTF_8);
            String place = places.get(name);
            wire.send(place == null ? "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n" : Backend.ok(place));
        });
    }

    @AfterEach
    void stop() throws Exception {
        hold.countDown();
        engine.close();
        session.close();
        first.close();
        second.close();
    }

    private static int hopPort(RunningRouter router) {
        return Integer.parseInt(router.environment().get("CARREL_INSTANCE_HOP_PORT"));
    }

    private String there(RunningRouter router) {
        return "{\"place\":\"there\",\"instance\":\"two\",\"host\":\"127.0.0.1\",\"port\":" + hopPort(router) + "}";
    }

    /** A session that the second instance has, and the first knows only through its engine. */
    private void onTheSecond(String user) throws Exception {
        second.ready(user, session.url());
        places.put(RunningRouter.host(user), there(second));
        places.put("/user/" + user + "/api", there(second));
    }

    private RawClient.Answer visit(String user) throws IOException {
        return first.get(first.authority(user), "/user/" + user + "/api", "Cookie: " + first.cookie(user) + "\r\n");
    }

    @Test
    void aSessionOfTheOtherInstanceIsReachedByItsCookieThroughThisOne() throws Exception {
        onTheSecond("ada");

        RawClient.Answer answer = visit("ada");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo("session of " + first.authority("ada") + " for 127.0.0.1 hop none");
        assertThat(session.next().header("Authorization")).contains("token " + RunningRouter.UPSTREAM_TOKEN);
        assertThat(visit("ada").status()).isEqualTo(200);
        assertThat(questions).as("asked once, then remembered").hasValue(1);
    }

    @Test
    void aSessionOfTheOtherInstanceIsReachedByATokenOnTheBaseHost() throws Exception {
        onTheSecond("ada");

        assertThat(first.get(
                                first.baseAuthority(),
                                "/user/ada/api",
                                "Authorization: token " + first.apiToken("ada", "access:servers!user=ada") + "\r\n")
                        .status())
                .isEqualTo(200);
        assertThat(first.get(
                                first.baseAuthority(),
                                "/user/ada/api",
                                "Authorization: token " + first.apiToken("bob", "access:servers!user=bob") + "\r\n")
                        .status())
                .isEqualTo(403);
    }

    @Test
    void aTicketIsTurnedIntoACookieByTheInstanceOfTheSessionAndOnce() throws Exception {
        onTheSecond("ada");
        String enter = "/.carrel/enter?ticket=" + first.ticket("ada");

        RawClient.Answer answer = first.get(first.authority("ada"), enter, "");

        assertThat(answer.status()).isEqualTo(302);
        assertThat(answer.header("Set-Cookie")).startsWith("carrel-session=");
        assertThat(first.get(first.authority("ada"), enter, "").status()).isEqualTo(403);
        assertThat(session.unseen()).isZero();
    }

    @Test
    void withoutACookieTheOtherInstanceLetsNobodyIn() throws Exception {
        onTheSecond("ada");

        assertThat(first.get(first.authority("ada"), "/user/ada/api", "").status())
                .isEqualTo(401);
        assertThat(first.get(first.authority("ada"), "/user/ada/api", "Cookie: " + first.cookie("bob") + "\r\n")
                        .status())
                .isEqualTo(401);
        assertThat(session.unseen()).isZero();
    }

    @Test
    void bodiesPassBothWays() throws Exception {
        onTheSecond("ada");
        try (Backend echo = Backend.of((request, wire) -> wire.send(Backend.ok(request.body())))) {
            second.ready("ada", echo.url());
            String body = "x".repeat(300_000);
            try (RawClient client = first.raw()) {
                String head = "POST /user/ada/api HTTP/1.1\r\nHost: " + first.authority("ada") + "\r\nCookie: "
                        + first.cookie("ada") + "\r\nContent-Length: " + body.length() + "\r\n\r\n";

                assertThat(client.send(head + body).answer().text()).isEqualTo(body);
                assertThat(client.send(head + body).answer().text()).isEqualTo(body);
            }
        }
    }

    @Test
    void aWebSocketPasses() throws Exception {
        onTheSecond("ada");
        try (Backend chat = Backend.of((request, wire) -> {
            wire.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Accept: x\r\n\r\n");
            wire.send("echo " + wire.line() + "\r\n");
        })) {
            second.ready("ada", chat.url());
            try (RawClient client = first.raw()) {
                client.send("GET /user/ada/api HTTP/1.1\r\nHost: " + first.authority("ada") + "\r\nOrigin: http://"
                        + first.authority("ada") + "\r\nCookie: " + first.cookie("ada")
                        + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
                assertThat(client.line()).contains("101");
                client.lines();

                client.send("hello\r\n");

                assertThat(client.line()).isEqualTo("echo hello");
            }
        }
    }

    /** The host of a port "dash" of ada's session, which the second instance has; it is shared with bob. */
    private String portOnTheSecond(Backend application) throws Exception {
        SessionAddress ada = new SessionAddress(UserName.of("ada"), ServerName.DEFAULT);
        String host = new PortAddress(ada, new PortName("dash")).host("localhost");
        ObjectNode json = RunningRouter.sessionJson(ada, "ready", session.url(), "");
        ((ObjectNode) json.path("session"))
                .putArray("ports")
                .addObject()
                .put("name", "dash")
                .put("port", application.port())
                .put("host", host)
                .putArray("shares")
                .add("bob");
        second.route(ada.basePath(), json.toString());
        places.put(host, there(second));
        places.put("/user/ada/ports", there(second));
        return host;
    }

    private String portCookie(String user, String host) {
        return "Cookie: carrel-session="
                + first.sign(Purpose.SESSION, RunningRouter.claims(user, host, Duration.ofHours(20))) + "\r\n";
    }

    @Test
    void aNamedPortOfTheOtherInstanceIsReachedByThoseItIsSharedWith() throws Exception {
        try (Backend application = Backend.of((request, wire) -> wire.send(Backend.ok(
                request.target() + " " + request.header("X-Forwarded-Prefix").orElse("at the root"))))) {
            String host = portOnTheSecond(application);
            String authority = host + ":" + first.port();

            assertThat(first.get(authority, "/x?a=b", portCookie("ada", host)).text())
                    .isEqualTo("/x?a=b at the root");
            assertThat(first.get(authority, "/x?a=b", portCookie("bob", host)).text())
                    .isEqualTo("/x?a=b at the root");
            assertThat(first.get(authority, "/", portCookie("eve", host)).status())
                    .isEqualTo(403);
            assertThat(first.get(authority, "/", "").status()).isEqualTo(401);
            assertThat(first.get(
                                    first.baseAuthority(),
                                    "/user/ada/ports/dash/x",
                                    "Authorization: token " + first.apiToken("ada", "access:servers!user=ada") + "\r\n")
                            .text())
                    .isEqualTo("/x /user/ada/ports/dash");
            assertThat(application.next().header("Authorization")).isEmpty();
        }
        assertThat(session.unseen()).isZero();
    }

    @Test
    void ofAPortThatNobodyKnowsIsSaidThatItIsNotOpen() throws Exception {
        RawClient.Answer answer = first.get("dash--ada--main.localhost:" + first.port(), "/", "");

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.text()).contains("port.unknown");
    }

    @Test
    void manyWhoAskForOneNameAtOnceShareOneQuestion() throws Exception {
        onTheSecond("ada");
        hold = new CountDownLatch(1);
        List<RawClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 20; i++) {
                RawClient client = first.raw();
                clients.add(client);
                client.send("GET /user/ada/api HTTP/1.1\r\nHost: " + first.authority("ada") + "\r\nCookie: "
                        + first.cookie("ada") + "\r\n\r\n");
            }
            engine.next();
            hold.countDown();

            for (RawClient client : clients) {
                assertThat(client.answer().status()).isEqualTo(200);
            }
            assertThat(questions).hasValue(1);
        } finally {
            for (RawClient client : clients) {
                client.close();
            }
        }
    }

    @Test
    void aNameThatNobodyKnowsIsAskedForOnceInAWhile() throws Exception {
        for (int i = 0; i < 5; i++) {
            assertThat(visit("nobody").status()).isEqualTo(404);
        }

        assertThat(questions.get()).isLessThanOrEqualTo(2);
    }

    @Test
    void whileTheEngineIsDownKnownSessionsGoOnAndUnknownOnesSayWhy() throws Exception {
        onTheSecond("ada");
        assertThat(visit("ada").status()).isEqualTo(200);
        engine.close();

        assertThat(visit("ada").status()).isEqualTo(200);
        RawClient.Answer unknown = visit("bob");
        assertThat(unknown.status()).isEqualTo(503);
        assertThat(unknown.text()).contains("engine.unreachable");
        assertThat(unknown.header("Retry-After")).isNotEmpty();
    }

    @Test
    void aSessionThatMovedIsAskedForAgainAndReachedAtOnce() throws Exception {
        onTheSecond("ada");
        assertThat(visit("ada").status()).isEqualTo(200);
        // It ends there, and starts here.
        second.control("DELETE", "/api/routes/user/ada", "");
        try (Backend here = Backend.saying("here")) {
            places.put(RunningRouter.host("ada"), "{\"place\":\"here\",\"instance\":\"one\"}");
            RawClient.Answer between = visit("ada");
            assertThat(between.status()).isEqualTo(503);
            assertThat(between.text()).contains("instance.not-there");
            assertThat(questions).as("the second answered that it is not there").hasValue(2);

            first.ready("ada", here.url());

            assertThat(visit("ada").text()).isEqualTo("here");
        }
    }

    @Test
    void anInstanceThatCannotBeReachedIsAskedForAgainAndThenSaidSo() throws Exception {
        onTheSecond("ada");
        assertThat(visit("ada").status()).isEqualTo(200);
        second.stop();

        RawClient.Answer answer = visit("ada");

        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.text()).contains("instance.unreachable");
        assertThat(questions).hasValue(2);
        second.restart();
        assertThat(visit("ada").status()).isEqualTo(200);
    }

    @Test
    void aRequestMakesOneHopAtMost() throws Exception {
        // Each believes that the other has it.
        places.put(RunningRouter.host("ada"), there(second));

        assertThat(visit("ada").status()).isEqualTo(503);
        assertThat(questions).hasValue(2);
    }

    @ParameterizedTest
    @CsvSource({"/hub/home", "/", "/plain", "/_chp_healthz"})
    void theHopReachesSessionsOnly(String target) throws Exception {
        second.plainRoute("/plain", session.url());

        try (RawClient peer = new RawClient(hopPort(second))) {
            RawClient.Answer answer = peer.send("GET " + target + " HTTP/1.1\r\nHost: " + first.baseAuthority()
                            + "\r\nX-Carrel-Hop: "
                            + proof("two", "GET", first.baseAuthority(), target, 1, Instant.now()) + "\r\n\r\n")
                    .answer();
            assertThat(answer.status()).isEqualTo(503);
        }
        assertThat(session.unseen()).isZero();
    }

    private String proof(String receiver, String method, String host, String target, long number, Instant at)
            throws Exception {
        String digest = HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(target.getBytes(StandardCharsets.UTF_8)));
        return first.sign(
                Purpose.HOP,
                new Claims(
                        "192.0.2.7",
                        receiver,
                        "sender",
                        "one",
                        List.of(method, host, digest, "request-id", Long.toString(number)),
                        at,
                        at.plusSeconds(30)));
    }

    private int atTheHopPort(String proofs) throws Exception {
        try (RawClient client = new RawClient(hopPort(second))) {
            return client.send("GET /user/ada/api HTTP/1.1\r\nHost: " + first.authority("ada") + "\r\nCookie: "
                            + first.cookie("ada") + "\r\n" + proofs + "\r\n")
                    .answer()
                    .status();
        }
    }

    private String header(String proof) {
        return "X-Carrel-Hop: " + proof + "\r\n";
    }

    @Test
    void atTheHopPortOnlyAFreshProofForThisVeryRequestOpens() throws Exception {
        onTheSecond("ada");
        String host = first.authority("ada");
        String target = "/user/ada/api";
        Instant now = Instant.now();
        String good = proof("two", "GET", host, target, 1, now);

        assertThat(atTheHopPort(header(good))).isEqualTo(200);

        Map<String, String> refused = Map.of(
                "none", "",
                "again", header(good),
                "rubbish", header("v1.hop.x.y.z"),
                "for another receiver", header(proof("three", "GET", host, target, 2, now)),
                "for another method", header(proof("two", "POST", host, target, 3, now)),
                "for another host", header(proof("two", "GET", first.authority("bob"), target, 4, now)),
                "for another target", header(proof("two", "GET", host, target + "?x", 5, now)),
                "expired", header(proof("two", "GET", host, target, 6, now.minusSeconds(31))),
                "two of them",
                        header(proof("two", "GET", host, target, 7, now))
                                + header(proof("two", "GET", host, target, 8, now)),
                "of another purpose", header(first.ticket("ada")));
        for (Map.Entry<String, String> one : refused.entrySet()) {
            assertThat(atTheHopPort(one.getValue())).as(one.getKey()).isEqualTo(403);
        }
        assertThat(session.next().header("X-Forwarded-For")).contains("192.0.2.7");
        assertThat(session.unseen()).isZero();
    }

    @Test
    void theHeaderOfAClientCountsForNothingAtThePublicDoor() throws Exception {
        onTheSecond("ada");
        String forged = header(proof("two", "GET", first.authority("ada"), "/user/ada/api", 1, Instant.now()));

        RawClient.Answer answer =
                second.get(first.authority("ada"), "/user/ada/api", forged + "Cookie: " + first.cookie("ada") + "\r\n");

        assertThat(answer.text()).endsWith("for 127.0.0.1 hop none");
        assertThat(second.get(first.authority("ada"), "/user/ada/api", forged).status())
                .isEqualTo(401);
    }

    @Test
    void aSessionCannotPretendThatItIsNotThere() throws Exception {
        onTheSecond("ada");
        try (Backend liar = Backend.of((_, wire) ->
                wire.send("HTTP/1.1 200 OK\r\nX-Carrel-Hop: instance.not-there\r\nContent-Length: 1\r\n\r\nx"))) {
            second.ready("ada", liar.url());

            RawClient.Answer answer = visit("ada");

            assertThat(answer.text()).isEqualTo("x");
            assertThat(answer.header("X-Carrel-Hop")).isEmpty();
        }
    }

    @Test
    void aloneNothingListensAndNobodyIsAsked() throws Exception {
        try (RunningRouter alone = RunningRouter.start();
                Backend nobody = Backend.at(alone.enginePort(), (_, wire) -> wire.send(Backend.ok("asked")))) {
            assertThat(alone.get(alone.authority("ada"), "/", "").status()).isEqualTo(404);
            assertThat(alone.get(alone.baseAuthority(), "/user/ada/", "").status())
                    .isEqualTo(404);
            assertThat(nobody.unseen()).isZero();
            for (int port = alone.port() + 6; port < alone.port() + 8; port++) {
                assertThat(open(port)).isFalse();
            }
        }
    }

    private static boolean open(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            return true;
        } catch (IOException _) {
            return false;
        }
    }
}
