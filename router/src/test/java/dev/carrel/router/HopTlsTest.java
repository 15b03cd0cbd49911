/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The hop between the routers of two machines: both show a certificate of the instances' own authority, or nothing passes. */
class HopTlsTest {
    private static final String REQUEST = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private final List<AutoCloseable> open = new ArrayList<>();
    private TestCertificates authority;
    private Path folder;
    private Backend session;

    @BeforeEach
    void prepare() throws Exception {
        authority = new TestCertificates();
        folder = Files.createTempDirectory(Files.createDirectories(Path.of("target/routers")), "hop-tls")
                .toAbsolutePath();
        session = Backend.saying("over the hop");
        open.add(session);
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
    }

    /** Settings of an instance with a certificate of one authority that trusts another one, or the same. */
    private Map<String, String> instance(
            String name, TestCertificates signedBy, String certifiedName, TestCertificates trusted) throws Exception {
        TestCertificates.write(folder, name, signedBy.issue(certifiedName));
        TestCertificates.certificate(folder, name + "-trust", trusted.authorityPem());
        Map<String, String> settings = new HashMap<>();
        settings.put("CARREL_INSTANCE_NAME", name);
        settings.put("CARREL_INSTANCE_HOP_PORT", Integer.toString(RunningRouter.freePorts()));
        settings.put("CARREL_INSTANCE_HOP_HOST", "localhost");
        settings.put(
                "CARREL_INSTANCE_HOP_CERTIFICATE", folder.resolve(name + ".pem").toString());
        settings.put("CARREL_INSTANCE_HOP_KEY", folder.resolve(name + ".key").toString());
        settings.put(
                "CARREL_INSTANCE_HOP_TRUST", folder.resolve(name + "-trust.pem").toString());
        return settings;
    }

    /** What a browser at the first instance's door gets of a session that is on the second. */
    private RawClient.Answer visit(Map<String, String> one, Map<String, String> two) throws Exception {
        RunningRouter first = RunningRouter.start(folder.resolve("first"), one);
        open.add(first);
        Path key = folder.resolve("second/keys/signing.key");
        Files.createDirectories(key.getParent());
        Files.copy(first.data().signingKey(), key, StandardCopyOption.COPY_ATTRIBUTES);
        two.put("CARREL_SITE_PUBLIC_URL", "http://localhost:" + first.port());
        RunningRouter second = RunningRouter.start(folder.resolve("second"), two);
        open.add(second);
        second.ready("ada", session.url());
        String place = "{\"place\":\"there\",\"instance\":\"two\",\"host\":\"localhost\",\"port\":"
                + two.get("CARREL_INSTANCE_HOP_PORT") + "}";
        open.add(Backend.at(first.enginePort(), (_, wire) -> wire.send(Backend.ok(place))));
        return first.get(first.authority("ada"), "/user/ada/api", "Cookie: " + first.cookie("ada") + "\r\n");
    }

    private void refused(RawClient.Answer answer) {
        assertThat(answer.status()).isEqualTo(502);
        // A sender that is refused may have sent before it learned of it: so it is with TLS 1.3.
        assertThat(answer.text()).containsAnyOf("instance.unreachable", "instance.broke-off");
        assertThat(session.unseen()).isZero();
    }

    @Test
    void requestsPassWhenBothAreOfOneAuthority() throws Exception {
        RawClient.Answer answer = visit(
                instance("one", authority, "localhost", authority), instance("two", authority, "localhost", authority));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo("over the hop");
    }

    @Test
    void aReceiverOfAnotherAuthorityIsNotSpokenTo() throws Exception {
        refused(visit(
                instance("one", authority, "localhost", authority),
                instance("two", new TestCertificates(), "localhost", authority)));
    }

    @Test
    void aReceiverWhoseCertificateIsForAnotherHostIsNotSpokenTo() throws Exception {
        refused(visit(
                instance("one", authority, "localhost", authority),
                instance("two", authority, "elsewhere.example", authority)));
    }

    @Test
    void aSenderOfAnotherAuthorityIsNotListenedTo() throws Exception {
        refused(visit(
                instance("one", new TestCertificates(), "localhost", authority),
                instance("two", authority, "localhost", authority)));
    }

    @Test
    void whoeverShowsNoCertificateOrSpeaksPlainIsNotAnswered() throws Exception {
        Map<String, String> two = instance("two", authority, "localhost", authority);
        visit(instance("one", authority, "localhost", authority), two);
        int port = Integer.parseInt(two.get("CARREL_INSTANCE_HOP_PORT"));

        // In TLS 1.3 the client is done before it is refused: it learns of it when it reads.
        try (SSLSocket socket = authority.connect(port, "localhost")) {
            assertThatThrownBy(() -> {
                        socket.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
                        assertThat(socket.getInputStream().readAllBytes()).isNotEmpty();
                    })
                    .isInstanceOf(IOException.class);
        }
        try (RawClient client = new RawClient(port)) {
            client.sendAnyway(REQUEST);
            assertThat(client.rest()).doesNotContain("HTTP");
        }
    }
}
