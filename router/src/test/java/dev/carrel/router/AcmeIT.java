/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.chassis.site.DataFolder;
import dev.carrel.protocol.signed.SigningKeys;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The router has its certificate from a real ACME authority, proves by its plain port that the names are its own, and renews. */
@Timeout(180)
class AcmeIT {
    private static final String BASE = "carrel.example.test";
    private static final String SESSION = "ada--main.carrel.example.test";
    private static final Duration LONG = Duration.ofDays(90);
    /** Renewed after two thirds of it. */
    private static final Duration SHORT = Duration.ofSeconds(45);

    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    private Path temporary;

    private static <T> T await(Callable<T> look, Predicate<T> wanted) throws Exception {
        Instant end = Instant.now().plus(SOON);
        T seen = look.call();
        while (!wanted.test(seen)) {
            assertThat(Instant.now()).as("still " + seen).isBefore(end);
            seen = look.call();
        }
        return seen;
    }

    /** A connection to a host, whose certificate is checked as browsers do. */
    private static SSLSocket connect(SSLContext trust, int port, String name) throws Exception {
        SSLSocket socket = (SSLSocket) trust.getSocketFactory().createSocket();
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(name)));
        if (!trust.equals(ANYBODY)) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
        }
        socket.setSSLParameters(parameters);
        socket.setSoTimeout(20_000);
        // The name is told in the address, or nothing would be there to compare the certificate with.
        socket.connect(new java.net.InetSocketAddress(
                InetAddress.getByAddress(name, InetAddress.getLoopbackAddress().getAddress()), port));
        socket.startHandshake();
        return socket;
    }

    private static final SSLContext ANYBODY = anybody();

    private static SSLContext anybody() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new X509TrustManager[] {new Trusting()}, null);
            return context;
        } catch (java.security.GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** To look at what is shown, whoever signed it. */
    private static final class Trusting extends javax.net.ssl.X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, java.net.Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, java.net.Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    private static X509Certificate shown(int port) throws Exception {
        try (SSLSocket socket = connect(ANYBODY, port, BASE)) {
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    /** The backend of these tests closes what is silent for twenty seconds. */
    private static X509Certificate shownWhileSpeaking(RawClient open, int port) throws Exception {
        assertThat(open.send("still\r\n").line()).isEqualTo("echo still");
        return shown(port);
    }

    private static boolean issued(X509Certificate certificate) {
        return certificate.getIssuerX500Principal().getName().contains("Pebble");
    }

    private static String plain(int port, String host, String target) throws IOException {
        try (RawClient client = new RawClient(port)) {
            RawClient.Answer answer = client.send("GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
                    .answer();
            return answer.status() + " " + answer.header("Location");
        }
    }

    @Test
    void aCertificateIsHadServedAndKeptOverARestart() throws Exception {
        try (Pebble pebble = new Pebble(LONG, 0).start();
                RunningRouter router = RunningRouter.start(pebble.settings(BASE, SESSION));
                Backend engine = Backend.saying("hello")) {
            router.plainRoute("/", engine.url());
            X509Certificate first = await(() -> shown(router.port()), AcmeIT::issued);

            SSLContext trust = pebble.trusting();
            connect(trust, router.port(), SESSION).close();
            try (RawClient client = new RawClient(connect(trust, router.port(), BASE))) {
                assertThat(client.send("GET / HTTP/1.1\r\nHost: " + BASE + ":" + router.port() + "\r\n\r\n")
                                .answer()
                                .text())
                        .isEqualTo("hello");
            }
            await(() -> ObservabilityTest.ops(router, "/health/ready"), text -> !text.contains("acme"));
            assertThat(ObservabilityTest.ops(router, "/metrics"))
                    .contains("carrel_router_acme_orders_total{outcome=\"issued\"} 1.0")
                    .containsPattern("carrel_router_acme_certificate_remaining_seconds 777\\d{4}\\.0");
            onlyItsOwnerReads(router.data());
            // Proofs are for the order under way; all else is as at any plain port.
            assertThat(plain(pebble.challengePort(), BASE, pebble.proof()))
                    .isEqualTo("301 https://" + BASE + ":" + router.port() + pebble.proof());
            assertThat(plain(pebble.challengePort(), "elsewhere.example", pebble.proof()))
                    .startsWith("421");

            router.restart();
            assertThat(shown(router.port())).isEqualTo(first);
            await(
                    () -> ObservabilityTest.ops(router, "/metrics"),
                    text -> text.contains("carrel_router_acme_certificate_remaining_seconds 777"));
            assertThat(pebble.orders()).isEqualTo(1);

            // What is gone is had again, by the same account.
            router.stop();
            Files.delete(router.data().acmeCertificate());
            router.restart();
            await(() -> shown(router.port()), shown -> issued(shown) && !shown.equals(first));
            assertThat(pebble.orders()).isEqualTo(2);
            assertThat(pebble.accounts()).isEqualTo(1);
        }
    }

    private static void onlyItsOwnerReads(DataFolder data) throws IOException {
        try (var files = Files.list(data.acme())) {
            for (Path file : files.toList()) {
                if (!file.endsWith("lock")) {
                    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .as("%s", file)
                            .isEqualTo("rw-------");
                }
                assertThat(file.toString()).doesNotEndWith(".new");
            }
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.acme())))
                .isEqualTo("rwx------");
    }

    @Test
    void whileTheAuthorityIsAwayTheRouterServesAndGoesOnAsking() throws Exception {
        try (Pebble pebble = new Pebble(LONG, 0);
                RunningRouter router = RunningRouter.start(pebble.settings())) {
            await(
                    () -> ObservabilityTest.ops(router, "/health/ready"),
                    text -> text.contains("\"status\":\"ready\"")
                            && text.contains("there is no certificate yet for [" + BASE + "]")
                            && text.contains("/dir cannot be reached: ConnectException"));
            assertThat(issued(shown(router.port()))).isFalse();
            assertThat(ObservabilityTest.ops(router, "/metrics"))
                    .contains("carrel_router_acme_certificate_remaining_seconds 0.0")
                    .containsPattern("carrel_router_acme_orders_total\\{outcome=\"failed\"} [1-9]");

            pebble.start();
            await(() -> shown(router.port()), AcmeIT::issued);
            await(() -> ObservabilityTest.ops(router, "/health/ready"), text -> !text.contains("acme"));
        }
    }

    @Test
    void whatTheAuthorityRefusesIsSaid() throws Exception {
        try (Pebble pebble = new Pebble(LONG, 0, BASE).start();
                RunningRouter router = RunningRouter.start(pebble.settings())) {
            await(
                    () -> ObservabilityTest.ops(router, "/health/ready"),
                    text -> text.contains("\"status\":\"ready\"")
                            && text.contains("/dir refuses: ")
                            && text.contains(BASE)
                            && text.contains("rejectedIdentifier"));
            assertThat(issued(shown(router.port()))).isFalse();
        }
    }

    @Test
    void aNameThatCannotBeProvenIsSaidWithTheWayToMendIt() throws Exception {
        Pebble prepared = new Pebble(LONG, RunningRouter.freePorts());
        try (Pebble pebble = prepared.start();
                RunningRouter router = RunningRouter.start(pebble.settings())) {
            await(
                    () -> ObservabilityTest.ops(router, "/health/ready"),
                    text -> text.contains("the authority did not find that " + BASE + " is ours: ")
                            && text.contains("connection refused")
                            && text.contains("leads to port " + pebble.challengePort() + " of this machine"));
        }
    }

    @Test
    void aRenewalTouchesNoOpenStream() throws Exception {
        try (Pebble pebble = new Pebble(SHORT, 0).start();
                RunningRouter router = RunningRouter.start(pebble.settings());
                Backend slow = slow()) {
            router.plainRoute("/", slow.url());
            X509Certificate first = await(() -> shown(router.port()), AcmeIT::issued);
            try (RawClient open = new RawClient(connect(pebble.trusting(), router.port(), BASE))) {
                open.send("GET / HTTP/1.1\r\nHost: " + BASE + ":" + router.port()
                        + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                        + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n");
                assertThat(open.head().status()).isEqualTo(101);
                assertThat(open.send("one\r\n").line()).isEqualTo("echo one");

                X509Certificate second =
                        await(() -> shownWhileSpeaking(open, router.port()), shown -> !shown.equals(first));

                assertThat(issued(second)).isTrue();
                assertThat(second.getNotBefore()).isBefore(first.getNotAfter());
                assertThat(open.send("two\r\n").line()).isEqualTo("echo two");
                connect(pebble.trusting(), router.port(), BASE).close();
            }
        }
    }

    @Test
    void theProcessThatTakesThePlaceRenewsWhileTheOldOneDrains() throws Exception {
        int port = RunningRouter.freePorts();
        SigningKeys.readOrCreate(new DataFolder(temporary).signingKey());
        try (Pebble pebble = new Pebble(SHORT, 0).start();
                Backend slow = slow()) {
            Map<String, String> settings = new HashMap<>(pebble.settings());
            settings.replaceAll((_, value) -> value.replace("{port}", Integer.toString(port)));
            try (RouterJvm old = RouterJvm.start(temporary, port, settings)) {
                route(port, slow.url());
                await(() -> shown(port), AcmeIT::issued);
                try (RawClient open = new RawClient(connect(pebble.trusting(), port, BASE))) {
                    open.send("GET / HTTP/1.1\r\nHost: " + BASE + ":" + port
                            + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                            + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n");
                    assertThat(open.head().status()).isEqualTo(101);
                    try (RouterJvm next = RouterJvm.start(temporary, port, settings)) {
                        old.awaitSuccessor();
                        X509Certificate taken = shown(port);
                        int orders = pebble.orders();

                        X509Certificate renewed =
                                await(() -> shownWhileSpeaking(open, port), shown -> !shown.equals(taken));

                        assertThat(issued(renewed)).isTrue();
                        assertThat(pebble.orders()).as("orders of one process").isEqualTo(orders + 1);
                        assertThat(pebble.accounts()).isEqualTo(1);
                        assertThat(open.send("one\r\n").line()).isEqualTo("echo one");
                        assertThat(old.lives() && next.lives()).isTrue();
                    }
                }
            }
        }
    }

    private static void route(int port, String target) throws Exception {
        try (java.net.http.HttpClient client = java.net.http.HttpClient.newHttpClient()) {
            int status = client.send(
                            java.net.http.HttpRequest.newBuilder(
                                            java.net.URI.create("http://127.0.0.1:" + (port + 1) + "/api/routes/"))
                                    .header("Authorization", "token " + RunningRouter.TOKEN)
                                    .POST(java.net.http.HttpRequest.BodyPublishers.ofString(
                                            "{\"target\":\"" + target + "\"}"))
                                    .build(),
                            java.net.http.HttpResponse.BodyHandlers.discarding())
                    .statusCode();
            assertThat(status).isEqualTo(201);
        }
    }

    /** A WebSocket, or what looks like one to a proxy. */
    private static Backend slow() throws Exception {
        return Backend.of((_, wire) -> {
            wire.send(
                    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n");
            while (true) {
                wire.send("echo " + wire.line() + "\r\n");
            }
        });
    }
}
