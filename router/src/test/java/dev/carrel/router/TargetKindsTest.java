/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Targets by TLS, with and without certificates on both sides, and by Unix socket. */
class TargetKindsTest {
    @TempDir
    private static Path folder;

    private static X509Bundle authority;
    private static X509Bundle server;
    private static X509Bundle client;

    @BeforeAll
    static void certificates() throws Exception {
        authority = new CertificateBuilder()
                .subject("CN=authority")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        server = new CertificateBuilder()
                .subject("CN=target")
                .addSanDnsName("localhost")
                .buildIssuedBy(authority);
        client = new CertificateBuilder().subject("CN=the-router").buildIssuedBy(authority);
        Files.writeString(folder.resolve("ca.pem"), authority.getCertificatePEM());
        Files.writeString(folder.resolve("cert.pem"), client.getCertificatePEM());
        Files.writeString(folder.resolve("key.pem"), client.getPrivateKeyPEM());
    }

    /** Answers each connection with the name on the client's certificate, or - for none. */
    private record TlsTarget(SSLServerSocket listening) implements AutoCloseable {
        static TlsTarget start(boolean wantsCertificate) throws Exception {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry("ca", authority.getCertificate());
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            KeyManagerFactory keys = server.toKeyManagerFactory();
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            SSLServerSocket socket = (SSLServerSocket)
                    context.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress());
            socket.setNeedClientAuth(wantsCertificate);
            TlsTarget target = new TlsTarget(socket);
            Thread.ofVirtual().start(target::serve);
            return target;
        }

        private void serve() {
            while (!listening.isClosed()) {
                try (SSLSocket socket = (SSLSocket) listening.accept();
                        RawClient wire = new RawClient(socket)) {
                    String line = wire.line();
                    wire.lines();
                    String who = socket.getNeedClientAuth()
                            ? socket.getSession().getPeerPrincipal().getName()
                            : "-";
                    wire.send(
                            line.contains("websocket")
                                    ? "HTTP/1.1 101 x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: x\r\n\r\nhello"
                                    : Backend.ok(who));
                    wire.rest();
                } catch (Exception _) {
                    // A handshake that failed is the test's matter.
                }
            }
        }

        String url(String host) {
            return "https://" + host + ":" + listening.getLocalPort();
        }

        @Override
        public void close() throws java.io.IOException {
            listening.close();
        }
    }

    private static RunningRouter start(String... settings) throws Exception {
        Map<String, String> all = new HashMap<>(Map.of("CARREL_PROXY_STAND_ALONE", "true"));
        for (int at = 0; at < settings.length; at += 2) {
            all.put("CARREL_PROXY_" + settings[at], settings[at + 1]);
        }
        return RunningRouter.start(all);
    }

    private static String ca() {
        return folder.resolve("ca.pem").toString();
    }

    @Test
    void anHttpsTargetMustShowACertificateOfTheNamedAuthorityForItsName() throws Exception {
        try (TlsTarget target = TlsTarget.start(false);
                RunningRouter router = start("CLIENT_SSL_CA", ca())) {
            router.plainRoute("/named", target.url("localhost"));
            router.plainRoute("/misnamed", target.url("127.0.0.1"));

            assertThat(router.get("any.example", "/named", "").text()).isEqualTo("-");
            assertThat(router.get("any.example", "/misnamed", "").status()).isEqualTo(503);
        }
    }

    @Test
    void withoutThatAuthorityItIsRefusedAndInsecureTakesIt() throws Exception {
        try (TlsTarget target = TlsTarget.start(false);
                RunningRouter strict = start();
                RunningRouter insecure = start("VERIFY_TARGETS", "false")) {
            strict.plainRoute("/", target.url("localhost"));
            insecure.plainRoute("/", target.url("127.0.0.1"));

            assertThat(strict.get("any.example", "/", "").status()).isEqualTo(503);
            assertThat(insecure.get("any.example", "/", "").text()).isEqualTo("-");
        }
    }

    @Test
    void theRouterShowsItsOwnCertificateToTargetsThatAsk() throws Exception {
        try (TlsTarget target = TlsTarget.start(true);
                RunningRouter known = start(
                        "CLIENT_SSL_CA",
                        ca(),
                        "CLIENT_SSL_CERT",
                        folder.resolve("cert.pem").toString(),
                        "CLIENT_SSL_KEY",
                        folder.resolve("key.pem").toString());
                RunningRouter unknown = start("CLIENT_SSL_CA", ca())) {
            known.plainRoute("/", target.url("localhost"));
            unknown.plainRoute("/", target.url("localhost"));

            assertThat(known.get("any.example", "/", "").text()).isEqualTo("CN=the-router");
            assertThat(unknown.get("any.example", "/", "").status()).isEqualTo(503);
        }
    }

    @Test
    void webSocketsGoThroughTls() throws Exception {
        try (TlsTarget target = TlsTarget.start(false);
                RunningRouter router = start("CLIENT_SSL_CA", ca());
                RawClient browser = router.raw()) {
            router.plainRoute("/", target.url("localhost"));

            RawClient.Answer answer = browser.send(
                            "GET /websocket HTTP/1.1\r\nHost: any.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")
                    .head();

            assertThat(answer.status()).isEqualTo(101);
            assertThat(browser.text(5)).isEqualTo("hello");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http+unix", "unix+http"})
    void aUnixSocketIsATarget(String scheme) throws Exception {
        Path socket = Files.createTempDirectory("unix").resolve("hub.sock");
        try (ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listening.bind(UnixDomainSocketAddress.of(socket));
            Thread.ofVirtual().start(() -> serveOnce(listening));
            try (RunningRouter router = start()) {
                router.plainRoute("/", scheme + "://" + socket.toString().replace("/", "%2F") + "/base");

                assertThat(router.get("any.example", "/x", "").text()).startsWith("GET /base/x HTTP/1.1\r\n");
            }
        } finally {
            Files.deleteIfExists(socket);
            Files.deleteIfExists(socket.getParent());
        }
    }

    private static void serveOnce(ServerSocketChannel listening) {
        try (SocketChannel connection = listening.accept();
                OutputStream out = Channels.newOutputStream(connection)) {
            ByteBuffer request = ByteBuffer.allocate(4096);
            connection.read(request);
            String text = new String(request.array(), 0, request.position(), StandardCharsets.US_ASCII);
            out.write(Backend.ok(text).getBytes(StandardCharsets.US_ASCII));
        } catch (Exception _) {
            // The router did not get an answer, which its client sees.
        }
    }
}
