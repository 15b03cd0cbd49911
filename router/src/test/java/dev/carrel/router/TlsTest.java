/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.net.InetAddress;
import java.net.Socket;
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

    /** A client's first message in bytes: no library still offers these. The alerts: protocol version (70), handshake failure (40). */
    @ParameterizedTest
    @CsvSource({
        "0x0301, 0xc02f, 70",
        "0x0302, 0xc02f, 70",
        "0x0303, 0x009c, 40",
        "0x0303, 0xc011, 40",
        "0x0303, 0x0033, 40"
    })
    void olderVersionsAndSuitesWithoutForwardSecrecyAreRefused(String version, String suite, int alert)
            throws Exception {
        try (RawClient client = router.raw()) {
            client.send(hello(Integer.decode(version), Integer.decode(suite)));
            byte[] record = client.bytes(7);

            assertThat(record[0]).isEqualTo((byte) 21);
            assertThat(record[6]).isEqualTo((byte) alert);
        }
    }

    private static byte[] hello(int version, int suite) throws Exception {
        byte[] extensions = {
            0,
            10,
            0,
            4,
            0,
            2,
            0,
            23, // secp256r1
            0,
            11,
            0,
            2,
            1,
            0, // uncompressed points
            0,
            13,
            0,
            6,
            0,
            4,
            4,
            3,
            4,
            1 // ECDSA and RSA with SHA-256
        };
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(body);
        out.writeShort(version);
        out.write(new byte[32]);
        out.writeByte(0);
        out.writeShort(2);
        out.writeShort(suite);
        out.writeShort(0x0100);
        out.writeShort(extensions.length);
        out.write(extensions);
        ByteArrayOutputStream record = new ByteArrayOutputStream();
        out = new DataOutputStream(record);
        out.writeByte(22);
        out.writeShort(0x0301);
        out.writeShort(body.size() + 4);
        out.writeInt(1 << 24 | body.size());
        body.writeTo(out);
        return record.toByteArray();
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

    @Test
    void plainHttpOnTheTlsPortGetsNoAnswerAndDoesNoHarm() throws Exception {
        try (RawClient plain = router.raw()) {
            plain.send("GET / HTTP/1.1\r\nHost: " + router.baseAuthority() + "\r\n\r\n");

            assertThat(plain.rest()).doesNotContain("hello");
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
                "open     | main.key: others than its owner can read or change it (expected: chmod 600",
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
            case "open" ->
                Files.setPosixFilePermissions(here.resolve("main.key"), PosixFilePermissions.fromString("rw-r-----"));
            case "foreign" ->
                TestCertificates.key(
                        here, "main", certificates.issue("localhost").keyPem());
            case "missing" -> Files.delete(here.resolve("main.key"));
            case "empty" -> TestCertificates.certificate(here, "main", "\n");
            default -> settings.remove("CARREL_SITE_PUBLIC_URL");
        }

        assertThatThrownBy(() -> RunningRouter.start(settings).close()).hasStackTraceContaining(message);
    }

    @Test
    void aHandshakeThatFailsIsCounted() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), router.port());
                RawClient client = new RawClient(socket)) {
            client.send(hello(0x0303, 0x009c));
            client.rest();
        }

        await(
                () -> ObservabilityTest.ops(router, "/metrics"),
                text -> text.matches(
                        "(?s).*carrel_router_tls_handshakes_total\\{outcome=\"failed\",protocol=\"none\"} [1-9].*"));
    }
}
