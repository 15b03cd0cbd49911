/* Copyright the Carrel authors. */
package dev.carrel.http.outgoing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.http.outgoing.AddressRules.PortRange;
import dev.carrel.http.outgoing.OutgoingClient.Answer;
import dev.carrel.http.outgoing.OutgoingClient.Question;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real connections to receivers on this machine, whose addresses are allowed or not. */
class OutgoingClientTest {
    private static final List<PortRange> EVERY_PORT = List.of(new PortRange(1, 65_535));
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    Path folder;

    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    @AfterEach
    void close() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }

    /** Answers every connection with the same bytes, when it has read a request. */
    private final class Receiver {
        final ServerSocket socket;
        final List<String> requests = new CopyOnWriteArrayList<>();
        final AtomicInteger connections = new AtomicInteger();

        Receiver(ServerSocket socket, String answer) {
            this.socket = socket;
            open.push(socket);
            Thread.ofVirtual().start(() -> {
                while (!socket.isClosed()) {
                    try (Socket one = socket.accept()) {
                        connections.incrementAndGet();
                        requests.add(request(one.getInputStream()));
                        one.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
                        one.getOutputStream().flush();
                        if (answer.isEmpty()) {
                            assertThat(one.getInputStream().read()).isLessThan(0);
                        }
                    } catch (IOException _) {
                        // The client does not want it, or the test is over.
                    }
                }
            });
        }

        int port() {
            return socket.getLocalPort();
        }

        private static String request(InputStream in) throws IOException {
            StringBuilder text = new StringBuilder();
            int body = -1;
            while (true) {
                int end = text.indexOf("\r\n\r\n");
                if (end >= 0 && body < 0) {
                    String length = text.toString().replaceFirst("(?is).*content-length: (\\d+).*", "$1");
                    body = end + 4 + Integer.parseInt(length);
                }
                if (body >= 0 && text.length() >= body) {
                    return text.toString();
                }
                int next = in.read();
                if (next < 0) {
                    return text.toString();
                }
                text.append((char) next);
            }
        }
    }

    private Receiver receiver(String address, String answer) throws IOException {
        return new Receiver(new ServerSocket(0, 10, InetAddress.ofLiteral(address)), answer);
    }

    private static OutgoingClient client(String allowed, OutgoingClient.Names names) throws Exception {
        return new OutgoingClient(
                new AddressRules(List.of(AddressRange.parse(allowed)), EVERY_PORT), names, SSLContext.getDefault());
    }

    private static OutgoingClient local() throws Exception {
        return client("127.0.0.0/8", host -> List.of(InetAddress.ofLiteral("127.0.0.1")));
    }

    private static Question post(String url, String body) {
        return new Question(
                "POST",
                OutgoingUrl.parse(url),
                Map.of("X-Own", "1", "Content-Type", "text/plain"),
                body.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(Answer answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    @Test
    void asksAndReadsTheAnswer() throws Exception {
        Receiver receiver = receiver(
                "127.0.0.1",
                "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 201 Created\r\nX-A: 1\r\nX-a: 2\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");

        Answer answer = local().ask(post("http://some.example:" + receiver.port() + "/a?b=c", "body"), SOON, 1000);

        assertThat(answer.status()).isEqualTo(201);
        assertThat(text(answer)).isEqualTo("hello");
        assertThat(answer.whole()).isTrue();
        assertThat(answer.headers().get("x-a")).containsExactly("1", "2");
        String request = receiver.requests.getFirst();
        assertThat(request).startsWith("POST /a?b=c HTTP/1.1\r\n").endsWith("\r\n\r\nbody");
        assertThat(request.toLowerCase(java.util.Locale.ROOT))
                .contains("host: some.example:" + receiver.port() + "\r\n", "x-own: 1\r\n", "content-length: 4\r\n")
                .contains("connection: close\r\n")
                .doesNotContain("authorization", "cookie");
    }

    @Test
    void anAnswerWithoutALengthEndsWithTheConnectionAndOneThatIsCutIsNone() throws Exception {
        Receiver open = receiver("127.0.0.1", "HTTP/1.1 200 OK\r\n\r\nuntil the end");
        Receiver cut = receiver("127.0.0.1", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nnot all of it");

        assertThat(text(local().ask(post("http://127.0.0.1:" + open.port(), ""), SOON, 1000)))
                .isEqualTo("until the end");
        assertThatThrownBy(() -> local().ask(post("http://127.0.0.1:" + cut.port(), ""), SOON, 1000))
                .isInstanceOf(OutgoingFailure.class)
                .hasMessageContaining("before the answer did");
    }

    @Test
    void whereNoBodyIsWantedTheHeadIsTheAnswer() throws Exception {
        Receiver none = receiver("127.0.0.1", "HTTP/1.1 204 No Content\r\n\r\n");
        Receiver cut = receiver("127.0.0.1", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");

        for (Receiver receiver : List.of(none, cut)) {
            Answer answer = local().ask(post("http://127.0.0.1:" + receiver.port(), ""), SOON, 0);

            assertThat(answer.status()).isBetween(200, 204);
            assertThat(answer.body()).isEmpty();
        }
    }

    @Test
    void noMoreOfAnAnswerIsReadThanIsWanted() throws Exception {
        Receiver receiver =
                receiver("127.0.0.1", "HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n" + "x".repeat(100_000));

        Answer answer = local().ask(post("http://127.0.0.1:" + receiver.port(), ""), SOON, 10);

        assertThat(text(answer)).isEqualTo("xxxxxxxxxx");
        assertThat(answer.whole()).isFalse();
    }

    @Test
    void aHeadThatIsTooLargeOrNoHttpIsRefused() throws Exception {
        for (String bad : List.of(
                "HTTP/1.1 200 OK\r\nX: " + "x".repeat(20_000) + "\r\n\r\n",
                "SSH-2.0-OpenSSH_9.2\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx")) {
            Receiver receiver = receiver("127.0.0.1", bad);
            assertThatThrownBy(() -> local().ask(post("http://127.0.0.1:" + receiver.port(), ""), SOON, 10))
                    .isInstanceOf(OutgoingFailure.class);
        }
    }

    @Test
    void redirectsAreAnswersAndNobodyFollowsThem() throws Exception {
        Receiver canary = receiver("127.0.0.1", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        Receiver receiver = receiver(
                "127.0.0.1",
                "HTTP/1.1 307 Elsewhere\r\nLocation: http://127.0.0.1:" + canary.port()
                        + "/\r\nContent-Length: 0\r\n\r\n");

        Answer answer = local().ask(post("http://127.0.0.1:" + receiver.port(), ""), SOON, 10);

        assertThat(answer.status()).isEqualTo(307);
        assertThat(canary.connections).hasValue(0);
    }

    @Test
    void whoeverDoesNotAnswerIsGivenUp() throws Exception {
        Receiver silent = receiver("127.0.0.1", "");
        long before = System.nanoTime();

        assertThatThrownBy(() -> local().ask(post("http://127.0.0.1:" + silent.port(), ""), Duration.ofMillis(300), 10))
                .isInstanceOf(OutgoingFailure.class)
                .hasMessage("There was no answer within 300 ms.");

        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void aLookUpThatHangsIsGivenUp() throws Exception {
        OutgoingClient client = client("127.0.0.0/8", host -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
            throw new UnknownHostException(host);
        });

        assertThatThrownBy(() -> client.ask(post("http://slow.example", ""), Duration.ofMillis(200), 10))
                .hasMessage("There was no answer within 200 ms.");
    }

    @Test
    void addressesThatMayNotBeAskedAreNotConnectedTo() throws Exception {
        Receiver canary = receiver("127.0.0.1", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        OutgoingClient usual = new OutgoingClient(new AddressRules(List.of(), EVERY_PORT));
        OutgoingClient lied = client("192.0.2.0/24", _ -> List.of(InetAddress.ofLiteral("127.0.0.1")));
        for (String host :
                List.of("127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "[::127.0.0.1]", "0.0.0.0")) {
            assertThatThrownBy(() -> usual.ask(post("http://" + host + ":" + canary.port(), ""), SOON, 10))
                    .as(host)
                    .isInstanceOf(OutgoingFailure.class);
        }
        assertThatThrownBy(() -> lied.ask(post("http://metadata.example:" + canary.port(), ""), SOON, 10))
                .isInstanceOf(OutgoingFailure.class)
                .hasMessageContaining("may not be asked");

        assertThat(canary.connections).hasValue(0);
    }

    @Test
    void aNameIsLookedUpOnceAndTheConnectionGoesToTheAddressThatWasChecked() throws Exception {
        Receiver canary = receiver("127.0.0.1", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        Receiver receiver = new Receiver(
                new ServerSocket(canary.port(), 10, InetAddress.ofLiteral("127.0.0.2")),
                "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood");
        AtomicInteger lookUps = new AtomicInteger();
        OutgoingClient client = client(
                "127.0.0.2/32",
                _ -> List.of(InetAddress.ofLiteral(lookUps.getAndIncrement() == 0 ? "127.0.0.2" : "127.0.0.1")));
        String url = "http://rebind.example:" + canary.port();

        assertThat(text(client.ask(post(url, ""), SOON, 10))).isEqualTo("good");
        assertThat(lookUps).hasValue(1);
        assertThatThrownBy(() -> client.ask(post(url, ""), SOON, 10)).hasMessageContaining("may not be asked");

        assertThat(receiver.connections).hasValue(1);
        assertThat(canary.connections).hasValue(0);
    }

    @Test
    void ofSeveralAddressesThoseThatMayAreTried() throws Exception {
        Receiver receiver = receiver("127.0.0.2", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood");
        OutgoingClient client = client(
                "127.0.0.2/31",
                _ -> List.of(
                        InetAddress.ofLiteral("127.0.0.1"),
                        InetAddress.ofLiteral("127.0.0.3"),
                        InetAddress.ofLiteral("127.0.0.2")));

        assertThat(text(client.ask(post("http://some.example:" + receiver.port(), ""), SOON, 10)))
                .isEqualTo("good");
    }

    @Test
    void portsThatMayNotBeAskedAreNot() {
        OutgoingClient client = new OutgoingClient(
                new AddressRules(List.of(AddressRange.parse("127.0.0.0/8")), List.of(new PortRange(443, 443))));

        assertThatThrownBy(() -> client.ask(post("http://127.0.0.1:25", ""), SOON, 10))
                .isInstanceOf(OutgoingFailure.class)
                .hasMessageContaining("Port 25");
    }

    @Test
    void aCertificateMustBeForTheNameThatWasAsked() throws Exception {
        SSLContext tls = certificateFor("good.example");
        Receiver receiver = new Receiver(
                tls.getServerSocketFactory().createServerSocket(0, 10, InetAddress.ofLiteral("127.0.0.1")),
                "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood");
        AddressRules rules = new AddressRules(List.of(AddressRange.parse("127.0.0.0/8")), EVERY_PORT);
        OutgoingClient trusting = new OutgoingClient(rules, _ -> List.of(InetAddress.ofLiteral("127.0.0.1")), tls);
        String at = ":" + receiver.port();

        assertThat(text(trusting.ask(post("https://good.example" + at, ""), SOON, 10)))
                .isEqualTo("good");
        assertThatThrownBy(() -> trusting.ask(post("https://bad.example" + at, ""), SOON, 10))
                .isInstanceOf(OutgoingFailure.class);
        assertThatThrownBy(() -> trusting.ask(post("https://127.0.0.1" + at, ""), SOON, 10))
                .isInstanceOf(OutgoingFailure.class);
        assertThatThrownBy(() -> local().ask(post("https://good.example" + at, ""), SOON, 10))
                .as("whom the JDK does not trust")
                .isInstanceOf(OutgoingFailure.class);
    }

    /** One that trusts its own certificate. */
    private SSLContext certificateFor(String name) throws Exception {
        Path file = folder.resolve("store.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "one",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=" + name,
                        "-ext",
                        "san=dns:" + name,
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        "password",
                        "-keystore",
                        file.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, "password".toCharArray());
        }
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("one", store.getCertificate("one"));
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, "password".toCharArray());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }
}
