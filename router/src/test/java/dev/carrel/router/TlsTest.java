/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The door's own TLS: which certificate, which versions, and what happens when the files change. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TlsTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    private TestCertificates certificates;
    private Path folder;
    private RunningRouter router;
    private Backend engine;

    @BeforeAll
    void start() throws Exception {
        certificates = new TestCertificates();
        folder = Files.createTempDirectory(Files.createDirectories(Path.of("target/routers")), "tls");
        TestCertificates.write(folder, "main", certificates.issue("localhost", "*.localhost"));
        Map<String, String> settings = new HashMap<>(TestCertificates.settings(folder));
        settings.put("CARREL_TLS_REDIRECT_PORT", "{port+7}");
        settings.put("CARREL_TLS_HANDSHAKE_TIMEOUT", "300ms");
        router = RunningRouter.start(settings);
        engine = Backend.saying("hello");
        router.plainRoute("/", engine.url());
    }

    @AfterAll
    void stop() throws Exception {
        router.close();
        engine.close();
    }

    private RawClient client(String name) throws Exception {
        return new RawClient(certificates.connect(router.port(), name));
    }

    private static X509Certificate shown(SSLSocket socket) throws Exception {
        try (socket) {
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    private static <T> T await(Callable<T> look, java.util.function.Predicate<T> wanted) throws Exception {
        Instant end = Instant.now().plus(SOON);
        T seen = look.call();
        while (!wanted.test(seen)) {
            assertThat(Instant.now()).as("still " + seen).isBefore(end);
            seen = look.call();
        }
        return seen;
    }

    @Test
    void requestsComeOverTlsAndTheTargetIsToldSo() throws Exception {
        try (RawClient client = client("localhost")) {
            RawClient.Answer answer = client.send("GET /a HTTP/1.1\r\nHost: " + router.baseAuthority() + "\r\n\r\n")
                    .answer();

            assertThat(answer.text()).isEqualTo("hello");
            assertThat(engine.next().header("X-Forwarded-Proto")).contains("https");
        }
    }

    @Test
    void ourOwnAnswersTellBrowsersToStayWithHttps() throws Exception {
        try (RawClient client = client("localhost")) {
            RawClient.Answer answer = client.send("GET / HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n")
                    .answer();

            assertThat(answer.status()).isEqualTo(421);
            assertThat(answer.header("Strict-Transport-Security")).isEqualTo("max-age=31536000");
        }
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.2", "TLSv1.3"})
    void bothVersionsInUseAreSpoken(String version) throws Exception {
        try (SSLSocket socket = certificates.connect(router.port(), "localhost", version)) {
            assertThat(socket.getSession().getProtocol()).isEqualTo(version);
            assertThat(socket.getSession().getCipherSuite()).matches("TLS_(ECDHE_.*|AES_.*|CHACHA20_.*)");
        }
    }

    @Test
    void whoDoesNotShakeHandsInTimeIsSentAway() throws Exception {
        try (RawClient silent = router.raw();
                RawClient slow = router.raw()) {
            slow.send(new byte[] {22, 3, 1, 2});

            assertThat(silent.rest()).isEmpty();
            assertThat(slow.rest()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "localhost:{port}, https://localhost:{port}/lab?a=b",
        "alice--main.localhost, https://alice--main.localhost:{port}/lab?a=b",
        "localhost:80, https://localhost:{port}/lab?a=b",
        "elsewhere.example, https://localhost:{port}",
        "localhost.elsewhere.example, https://localhost:{port}"
    })
    void plainHttpOnTheTlsPortIsToldWhatIsSpokenThere(String host, String url) throws Exception {
        String port = Integer.toString(router.port());
        int asked = engine.connections();
        try (RawClient plain = router.raw()) {
            // In pieces, and more than is read.
            plain.send("G");
            plain.send("ET /lab?a=b HTTP/1.1\r\nHost: " + host.replace("{port}", port)
                    + "\r\nContent-Length: 100000\r\n\r\n" + "x".repeat(1000));
            RawClient.Answer answer = plain.answer();

            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.header("Content-Type")).isEqualTo("text/plain; charset=utf-8");
            assertThat(answer.header("Location")).isEmpty();
            assertThat(answer.header("Strict-Transport-Security")).isEmpty();
            assertThat(answer.text())
                    .isEqualTo("This port speaks https.\nOpen " + url.replace("{port}", port) + " instead.\n");
            assertThat(plain.rest()).isEmpty();
        }
        assertThat(engine.connections()).isEqualTo(asked);
    }

    @Test
    void plainHttpOnTheTlsPortMustBeHttpAndInTime() throws Exception {
        try (RawClient bad = router.raw();
                RawClient slow = router.raw();
                RawClient head = router.raw();
                RawClient neither = router.raw()) {
            slow.send("GET / HT");
            assertThat(bad.send("GET / HTTP/9\r\n\r\n").answer().status()).isEqualTo(400);
            assertThat(head.send("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n")
                            .head()
                            .status())
                    .isEqualTo(400);
            neither.send(new byte[] {0, 1, 2, 3, 4, 5, 6, 7, 8});

            assertThat(bad.rest()).isEmpty();
            assertThat(head.rest()).isEmpty();
            assertThat(slow.rest()).doesNotContain("hello");
            assertThat(neither.rest()).doesNotContain("HTTP");
        }
    }

    @Test
    void theAnswerToARefusedRequestEndsAsTlsEnds() throws Exception {
        try (RawClient client = client("localhost")) {
            client.send("BAD REQUEST LINE HTTP/1.1\r\n\r\n");

            assertThat(client.answer().status()).isEqualTo(400);
            // A connection cut off without TLS's own end would throw here.
            assertThat(client.maybeLine()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET,  localhost, 301",
        "GET,  alice--main.localhost:80, 301",
        "POST, localhost:8080, 308",
        "GET,  elsewhere.example, 421",
        "GET,  localhost.elsewhere.example, 421"
    })
    void plainHttpIsSentToHttpsForOurHostsOnly(String method, String host, int status) throws Exception {
        try (RawClient client = new RawClient(router.port() + 7)) {
            RawClient.Answer answer = client.send(
                            method + " //elsewhere.example/a?b HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
                    .answer();

            assertThat(answer.status()).isEqualTo(status);
            String bare = host.replaceFirst(":.*", "");
            assertThat(answer.header("Location"))
                    .isEqualTo(
                            status == 421 ? "" : "https://" + bare + ":" + router.port() + "//elsewhere.example/a?b");
            assertThat(client.maybeLine()).isEmpty();
        }
    }

    @Test
    void changedFilesAreServedWithoutAnOpenStreamBeingTouched() throws Exception {
        Path here = Files.createTempDirectory(Path.of("target/routers"), "tls");
        TestCertificates.write(here, "main", certificates.issue("localhost"));
        try (RunningRouter other = RunningRouter.start(TestCertificates.settings(here));
                Backend slow = Backend.of((_, wire) -> {
                    wire.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\none");
                    wire.line();
                    wire.send("two");
                })) {
            other.plainRoute("/", slow.url());
            try (RawClient open = new RawClient(certificates.connect(other.port(), "localhost"))) {
                open.send("POST / HTTP/1.1\r\nHost: " + other.baseAuthority() + "\r\nContent-Length: 4\r\n\r\n");
                open.head();
                assertThat(open.text(3)).isEqualTo("one");

                TestCertificates.Pair next = certificates.issue("localhost", "next.localhost");
                TestCertificates.certificate(here, "main", next.chainPem());
                // Half of a pair fits nothing: what was served stays, and health says why.
                await(() -> ObservabilityTest.ops(other, "/health/ready"), text -> text.contains("not the key of"));
                assertThat(ObservabilityTest.ops(other, "/health/ready")).contains("\"status\":\"ready\"");
                assertThat(shown(certificates.connect(other.port(), "")).getSubjectAlternativeNames())
                        .hasSize(1);

                TestCertificates.key(here, "main", next.keyPem());
                await(() -> shown(certificates.connect(other.port(), "")), next.certificate()::equals);
                assertThat(ObservabilityTest.ops(other, "/health/ready")).doesNotContain("warnings");
                assertThat(ObservabilityTest.ops(other, "/metrics"))
                        .contains("carrel_router_tls_reloads_total{outcome=\"read\"} 1.0");

                assertThat(open.send("go\r\n").text(3)).isEqualTo("two");
            }
        }
    }

    @Test
    void aClientGetsTheCertificateOfTheNameItAsksForElseAWildcardElseTheFirst() throws Exception {
        Path here = Files.createTempDirectory(Path.of("target/routers"), "tls");
        TestCertificates.write(here, "main", certificates.issue("localhost"));
        TestCertificates.write(here, "wild", certificates.issue("*.lab.example"));
        TestCertificates.write(here, "exact", certificates.issue("ada.lab.example"));
        Path root = Files.createTempDirectory(Path.of("target/routers"), "router");
        Path yaml = Files.createDirectories(root.resolve("etc")).resolve("carrel.yaml");
        Files.writeString(yaml, "tls:\n  more:\n" + more(here, "wild") + more(here, "exact"));
        try (RunningRouter several = RunningRouter.start(root, TestCertificates.settings(here))) {
            assertThat(named(several, "ada.lab.example")).isEqualTo("CN=ada.lab.example");
            assertThat(named(several, "bob.lab.example")).isEqualTo("CN=*.lab.example");
            assertThat(named(several, "deep.bob.lab.example")).isEqualTo("CN=localhost");
            assertThat(named(several, "lab.example")).isEqualTo("CN=localhost");
            assertThat(named(several, "")).isEqualTo("CN=localhost");
        }
    }

    private static String more(Path folder, String name) {
        Path file = folder.toAbsolutePath().resolve(name);
        return "    - certificate: " + file + ".pem\n      key: " + file + ".key\n";
    }

    private String named(RunningRouter at, String name) throws Exception {
        return shown(certificates.connect(at.port(), name))
                .getSubjectX500Principal()
                .getName();
    }

    @Test
    void aCertificateThatEndsSoonIsWarnedOf() throws Exception {
        Path here = Files.createTempDirectory(Path.of("target/routers"), "tls");
        Instant end = Instant.now().plusSeconds(5L * 24 * 3600).truncatedTo(java.time.temporal.ChronoUnit.SECONDS);
        TestCertificates.write(here, "main", certificates.issue(end, "localhost"));
        try (RunningRouter ending = RunningRouter.start(TestCertificates.settings(here))) {
            assertThat(ObservabilityTest.ops(ending, "/health/ready"))
                    .contains("\"status\":\"ready\"")
                    .contains("main.pem ends at " + end);
            assertThat(ObservabilityTest.ops(ending, "/metrics"))
                    .containsPattern("carrel_router_tls_certificate_end_seconds\\{file=\".*main.pem\"} "
                            + Double.toString((double) end.getEpochSecond()).replace(".", "\\."));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "open     | main.key: others than its owner can read or change it, its mode is rw-r----- (expected: chmod 600",
                "closed   | main.key: not even its owner can read it, its mode is --------- (expected: chmod 600",
                "unread   | main.key: not even its owner can read it, its mode is -w------- (expected: chmod 600",
                "foreign  | not the key of the first certificate in",
                "missing  | main.key: there is no such file",
                "empty    | main.pem: no certificate that can be read",
                "plain    | tls.certificate is set, but site.public-url is http://localhost",
            })
    void whatCannotBeServedStopsTheStartAndSaysWhatToDo(String fault, String message) throws Exception {
        Path here = Files.createTempDirectory(Path.of("target/routers"), "tls");
        TestCertificates.write(here, "main", certificates.issue("localhost"));
        Map<String, String> settings = new HashMap<>(TestCertificates.settings(here));
        switch (fault) {
            case "open" -> mode(here.resolve("main.key"), "rw-r-----");
            case "closed" -> mode(here.resolve("main.key"), "---------");
            case "unread" -> mode(here.resolve("main.key"), "-w-------");
            case "foreign" ->
                TestCertificates.key(
                        here, "main", certificates.issue("localhost").keyPem());
            case "missing" -> Files.delete(here.resolve("main.key"));
            case "empty" -> TestCertificates.certificate(here, "main", "\n");
            default -> settings.remove("CARREL_SITE_PUBLIC_URL");
        }

        assertThatThrownBy(() -> RunningRouter.start(settings).close()).hasStackTraceContaining(message);
    }

    private static void mode(Path file, String mode) throws Exception {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    @Test
    void aHandshakeThatFailsIsCounted() throws Exception {
        assertThat(new ClientHello(0x0303, 0x009c).to(router.port()).agreed()).isFalse();

        await(
                () -> ObservabilityTest.ops(router, "/metrics"),
                text -> text.matches(
                        "(?s).*carrel_router_tls_handshakes_total\\{outcome=\"failed\",protocol=\"none\"} [1-9].*"));
    }
}
