/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.chassis.site.DataFolder;
import dev.carrel.protocol.signed.SigningKeys;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What the door's TLS would be graded by: each thing that it must refuse is offered alone, in bytes, and each that it must take by a real client. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TlsGradeTest {
    private static final int TLS12 = 0x0303;
    private static final int PROTOCOL_VERSION = 70;
    private static final int HANDSHAKE_FAILURE = 40;
    private static final int GOOD_SUITE = 0xc02b;
    /** How a server of TLS 1.3 marks that it was asked for an older one: RFC 8446 §4.1.3. */
    private static final String DOWNGRADE = "DOWNGRD\u0001";

    private TestCertificates certificates;
    private RunningRouter byEcdsa;
    private RunningRouter byRsa;

    /** What kind of key signs. */
    enum Key {
        ECDSA,
        RSA;

        /** All that are taken with TLS 1.2: AES-128-GCM, AES-256-GCM and ChaCha20-Poly1305, each with an ephemeral key on a curve. */
        Set<Integer> suites() {
            return this == ECDSA ? Set.of(0xc02b, 0xc02c, 0xcca9) : Set.of(0xc02f, 0xc030, 0xcca8);
        }
    }

    @BeforeAll
    void start() throws Exception {
        certificates = new TestCertificates();
        byEcdsa = router(certificates.issue("localhost"), Map.of());
        byRsa = router(certificates.issueRsa("localhost"), Map.of());
    }

    @AfterAll
    void stop() {
        byEcdsa.close();
        byRsa.close();
    }

    private static Map<String, String> served(Path folder, TestCertificates.Pair pair) throws Exception {
        TestCertificates.write(folder, "main", pair);
        return new HashMap<>(TestCertificates.settings(folder));
    }

    private static RunningRouter router(TestCertificates.Pair pair, Map<String, String> more) throws Exception {
        Path folder = Files.createTempDirectory(Files.createDirectories(Path.of("target/routers")), "tls");
        Map<String, String> settings = served(folder, pair);
        settings.putAll(more);
        return RunningRouter.start(settings);
    }

    private int port(Key key) {
        return (key == Key.ECDSA ? byEcdsa : byRsa).port();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "SSL 3.0, 0x0300, 0",
        "TLS 1.0, 0x0301, 0",
        "TLS 1.1, 0x0302, 0",
        "TLS 1.0 in a list of versions, 0x0303, 0x0301",
        "TLS 1.1 in a list of versions, 0x0303, 0x0302",
        "a draft of TLS 1.3, 0x0303, 0x7f1c"
    })
    void versionsThatAreBrokenOrWereDraftsAreRefused(String name, String version, String listed) throws Exception {
        ClientHello hello = new ClientHello(Integer.decode(version), GOOD_SUITE, 0xc00a, 0x002f, 0x000a);
        if (!listed.equals("0")) {
            hello.offering(Integer.decode(listed));
        }

        assertThat(hello.to(port(Key.ECDSA)).alert()).as(name).isEqualTo(PROTOCOL_VERSION);
    }

    @Test
    void aHelloOfSslTwoIsNotEvenAnswered() throws Exception {
        try (RawClient client = byEcdsa.raw()) {
            byte[] hello = new byte[2 + 9 + 3 + 16];
            hello[0] = (byte) 0x80;
            hello[1] = (byte) (hello.length - 2);
            hello[2] = 1;
            hello[4] = 2;
            hello[6] = 3;
            hello[10] = 16;
            client.send(hello);

            assertThat(client.rest())
                    .satisfiesAnyOf(
                            nothing -> assertThat(nothing).isEmpty(),
                            alert -> assertThat(alert.charAt(0)).isEqualTo((char) 21));
        }
    }

    /** Numbers of the registry of IANA, one after another; each alone. */
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "without encryption, 0001 0002 003b 002c 002d 002e c001 c006 c00b c010 c015 00b4 00b5",
        "of forty bits for export, 0003 0006 0008 000b 000e 0011 0014 0017 0019 0026 0062 0063 0064",
        "without a certificate, 0018 001a 001b 0034 003a 006c 006d 00a6 00a7 c016 c017 c018 c019",
        "RC4 and DES, 0004 0005 0009 000c 000f 0012 0015 c002 c007 c00c c011",
        "triple DES, 000a 000d 0010 0013 0016 001b c003 c008 c00d c012 c01c feff ffe0",
        "RSA without forward secrecy, 002f 0035 003c 003d 009c 009d c09c c09d c0a0 c0a1 0041 0084",
        "fixed Diffie-Hellman, 0030 0031 0036 0037 00a0 00a1 00a4 00a5 c004 c005 c02d c02e c031 c032",
        "CBC with forward secrecy, c009 c00a c013 c014 c023 c024 c027 c028 0033 0039 0067 006b",
        "Diffie-Hellman over finite fields, 009e 009f ccaa c09e c09f c0a2 c0a3",
        "Camellia and ARIA and CCM, c072 c073 c076 c077 c086 c087 c08a c08b c05c c05d c060 c061 c0ac c0ad c0ae c0af",
        "shared keys, 008c 008d 00a8 00a9 c035 c036 ccab ccac d001 d002",
        "of TLS 1.3 in TLS 1.2, 1301 1302 1303"
    })
    void suitesThatGiveTooLittleAreRefused(String name, String numbers) throws Exception {
        for (String number : numbers.split(" ")) {
            for (Key key : Key.values()) {
                assertThat(new ClientHello(TLS12, Integer.parseInt(number, 16))
                                .to(port(key))
                                .alert())
                        .as("%s: %s with %s", name, number, key)
                        .isEqualTo(HANDSHAKE_FAILURE);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void ofAllSuitesEverNumberedOnlyTheseAreTakenByTls12(Key key) throws Exception {
        int[][] numbered = {{0x0001, 0x00c7}, {0xc001, 0xc0b5}, {0xcca8, 0xccae}, {0xd001, 0xd005}, {0x1301, 0x1307}};
        Set<Integer> taken = new HashSet<>();
        for (int[] range : numbered) {
            for (int suite = range[0]; suite <= range[1]; suite++) {
                if (new ClientHello(TLS12, suite).to(port(key)).agreed()) {
                    taken.add(suite);
                }
            }
        }

        assertThat(taken).isEqualTo(key.suites());
    }

    private SSLSocket connect(int port, String version, String suite, String... protocols) throws Exception {
        SSLSocket socket = (SSLSocket)
                certificates.trusting().getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setProtocols(new String[] {version});
        if (!suite.isEmpty()) {
            parameters.setCipherSuites(new String[] {suite});
        }
        parameters.setApplicationProtocols(protocols);
        socket.setSSLParameters(parameters);
        socket.setSoTimeout(20_000);
        socket.startHandshake();
        return socket;
    }

    @ParameterizedTest
    @CsvSource({
        "TLSv1.3, ECDSA, TLS_AES_128_GCM_SHA256",
        "TLSv1.3, ECDSA, TLS_AES_256_GCM_SHA384",
        "TLSv1.3, RSA,   TLS_CHACHA20_POLY1305_SHA256",
        "TLSv1.2, ECDSA, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "TLSv1.2, ECDSA, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "TLSv1.2, ECDSA, TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        "TLSv1.2, RSA,   TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "TLSv1.2, RSA,   TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "TLSv1.2, RSA,   TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"
    })
    void suitesWithForwardSecrecyAndAuthenticatedEncryptionAreTaken(String version, Key key, String suite)
            throws Exception {
        try (SSLSocket socket = connect(port(key), version, suite)) {
            assertThat(socket.getSession().getProtocol()).isEqualTo(version);
            assertThat(socket.getSession().getCipherSuite()).isEqualTo(suite);
        }
    }

    @Test
    void nothingIsCompressed() throws Exception {
        for (int[] methods : new int[][] {{1, 0}, {0, 1}, {1}}) {
            ClientHello.Answer answer =
                    new ClientHello(TLS12, GOOD_SUITE).compressing(methods).to(port(Key.ECDSA));

            assertThat(answer.compression()).isZero();
        }
    }

    @Test
    void whoIsMadeToAskForLessThanTheyCanFindsOut() throws Exception {
        ClientHello.Answer answer = new ClientHello(TLS12, GOOD_SUITE).to(port(Key.ECDSA));

        assertThat(answer.version()).isEqualTo(TLS12);
        assertThat(new String(answer.random(), 24, 8, StandardCharsets.ISO_8859_1))
                .isEqualTo(DOWNGRADE);
    }

    /** No heartbeat, and no stapled word of the authority's: clients go on without. */
    @Test
    void extensionsNobodyNeedsAreNotTakenUp() throws Exception {
        ClientHello.Answer answer = new ClientHello(TLS12, GOOD_SUITE)
                .extension(ClientHello.HEARTBEAT, 1)
                .extension(ClientHello.STATUS_REQUEST, 1, 0, 0, 0, 0)
                .to(port(Key.ECDSA));

        assertThat(answer.agreed()).isTrue();
        assertThat(answer.extensions())
                .contains(ClientHello.RENEGOTIATION_INFO)
                .doesNotContain(ClientHello.HEARTBEAT, ClientHello.STATUS_REQUEST);
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.3, h2 http/1.1, h2", "TLSv1.3, http/1.1 h2, h2", "TLSv1.2, http/1.1, http/1.1", "TLSv1.3, '', ''"
    })
    void theProtocolIsAgreedOn(String version, String offered, String agreed) throws Exception {
        String[] protocols = offered.isEmpty() ? new String[0] : offered.split(" ");
        try (SSLSocket socket = connect(byEcdsa.port(), version, "", protocols)) {
            assertThat(socket.getApplicationProtocol()).isEqualTo(agreed);
        }
    }

    /** Whoever means to speak to a server of another kind is not let in, lest one's words be taken for another's. */
    @ParameterizedTest
    @CsvSource({"TLSv1.2", "TLSv1.3"})
    void otherProtocolsThanHttpAreRefused(String version) {
        assertThatThrownBy(() ->
                        connect(byEcdsa.port(), version, "", "ftp", "imap").close())
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("no_application_protocol");
    }

    @Test
    void theOldestVersionMayBeTheNewest() throws Exception {
        try (RunningRouter strict = router(certificates.issue("localhost"), Map.of("CARREL_TLS_MIN_VERSION", "1.3"))) {
            assertThat(new ClientHello(TLS12, GOOD_SUITE).to(strict.port()).alert())
                    .isEqualTo(PROTOCOL_VERSION);
            connect(strict.port(), "TLSv1.3", "").close();
        }
    }

    /** In a process of its own: the JDK asks once whether it may be renegotiated with. */
    @Test
    void aClientCannotHaveUsSignAgainOnAnOpenConnection() throws Exception {
        Path folder = Files.createTempDirectory(Files.createDirectories(Path.of("target/routers")), "tls");
        int port = RunningRouter.freePorts();
        SigningKeys.readOrCreate(new DataFolder(folder).signingKey());
        Map<String, String> settings = served(folder, certificates.issue("localhost"));
        settings.put("CARREL_SITE_PUBLIC_URL", "https://localhost:" + port);
        try (RouterJvm router = RouterJvm.start(folder, port, settings);
                SSLSocket socket = connect(port, "TLSv1.2", "");
                RawClient client = new RawClient(socket)) {
            String request = "GET /_chp_healthz HTTP/1.1\r\nHost: localhost:" + port + "\r\n\r\n";
            assertThat(client.send(request).answer().status()).isEqualTo(200);

            assertThatThrownBy(() -> {
                        socket.startHandshake();
                        client.send(request).answer();
                    })
                    .isInstanceOf(SSLException.class);

            try (RawClient other = new RawClient(connect(port, "TLSv1.2", ""))) {
                assertThat(other.send(request).answer().status()).isEqualTo(200);
            }
            assertThat(router.lives()).isTrue();
        }
    }
}
