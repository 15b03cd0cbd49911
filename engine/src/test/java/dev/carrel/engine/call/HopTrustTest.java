/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.carrel.chassis.site.InstanceSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Calls between machines: both sides show a certificate of the instances' own authority, or the call is not sent. */
@Timeout(60)
class HopTrustTest {
    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    Path folder;

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private byte[] keytool(byte[] input, String store, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin/keytool").toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-keystore", folder.resolve(store).toString(), "-storepass", new String(PASSWORD)));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        process.getOutputStream().write(input);
        process.getOutputStream().close();
        byte[] out = process.getInputStream().readAllBytes();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(command.toString()).isZero();
        return out;
    }

    private void authority(String name) throws Exception {
        keytool(
                new byte[0],
                name,
                "-genkeypair",
                "-alias",
                "ca",
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + name,
                "-ext",
                "bc:c");
    }

    private InstanceSettings instance(String name, String authority, String certified, String algorithm)
            throws Exception {
        keytool(new byte[0], name, "-genkeypair", "-alias", "own", "-keyalg", algorithm, "-dname", "CN=" + name);
        byte[] request = keytool(new byte[0], name, "-certreq", "-alias", "own");
        byte[] certificate =
                keytool(request, authority, "-gencert", "-alias", "ca", "-rfc", "-ext", "san=dns:" + certified);
        Path pem = Files.write(folder.resolve(name + ".pem"), certificate);
        Path trust = Files.write(
                folder.resolve(name + "-trust.pem"),
                keytool(new byte[0], authority, "-exportcert", "-alias", "ca", "-rfc"));
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(folder.resolve(name))) {
            store.load(in, PASSWORD);
        }
        Path key = Files.writeString(
                folder.resolve(name + ".key"),
                "-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(store.getKey("own", PASSWORD).getEncoded())
                        + "\n-----END PRIVATE KEY-----\n");
        return new InstanceSettings(name, 1, "127.0.0.1", "", pem.toString(), key.toString(), trust.toString());
    }

    /** The other instance, which answers whoever shows a certificate that it trusts. */
    private Neighbours.Neighbour other(InstanceSettings settings) throws Exception {
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        server.setHttpsConfigurator(new HttpsConfigurator(HopTrust.context(settings)) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters ssl = getSSLContext().getDefaultSSLParameters();
                ssl.setNeedClientAuth(true);
                parameters.setSSLParameters(ssl);
            }
        });
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            new PassedAnswer(new Outcome.Died("of old age"), 3, false, List.of()).write(bytes);
            exchange.getResponseHeaders().set("Content-Type", PassedAnswer.TYPE);
            exchange.sendResponseHeaders(200, bytes.size());
            exchange.getResponseBody().write(bytes.toByteArray());
            exchange.close();
        });
        server.start();
        open.add(() -> server.stop(0));
        return new Neighbours.Neighbour(
                settings.name(),
                "localhost",
                server.getAddress().getPort(),
                new Offer(1, Map.of()),
                System.nanoTime() + Duration.ofMinutes(1).toNanos());
    }

    private PassedAnswer call(InstanceSettings from, Neighbours.Neighbour to) throws IOException, InterruptedException {
        try (HopClient client = new HopClient(from, CallRig.VALUES, Clock.systemUTC());
                InputStream in = client.send(to, new byte[4], new byte[0], "id", Duration.ofSeconds(10))) {
            return new PassedAnswer.Reader(in, 1000).answer("id");
        }
    }

    @Test
    void withCertificatesOfOneAuthorityACallGoesOver() throws Exception {
        authority("ours");

        PassedAnswer answer =
                call(instance("one", "ours", "localhost", "EC"), other(instance("two", "ours", "localhost", "RSA")));

        assertThat(answer).isEqualTo(new PassedAnswer(new Outcome.Died("of old age"), 3, false, List.of()));
    }

    @Test
    void toAServerOfAnotherAuthorityOrNameNothingIsSent() throws Exception {
        authority("ours");
        authority("theirs");
        InstanceSettings one = instance("one", "ours", "localhost", "EC");
        Neighbours.Neighbour stranger = other(instance("two", "theirs", "localhost", "EC"));
        Neighbours.Neighbour misnamed = other(instance("three", "ours", "elsewhere.example", "EC"));

        assertThatThrownBy(() -> call(one, stranger)).isInstanceOf(HopClient.NotTakenException.class);
        assertThatThrownBy(() -> call(one, misnamed)).isInstanceOf(HopClient.NotTakenException.class);
    }

    @Test
    void aKeyThatCannotBeReadIsNamed() throws Exception {
        authority("ours");
        InstanceSettings one = instance("one", "ours", "localhost", "EC");
        Files.writeString(Path.of(one.hopKey()), "no key");

        assertThatThrownBy(() -> HopTrust.context(one))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("hop-key")
                .hasMessageContaining("PKCS #8");
    }
}
