/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A session's server runs whatever its person likes: it may say anything, for as long as it likes. */
@Timeout(30)
class JupyterApiTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    private final CountDownLatch over = new CountDownLatch(1);
    private final JupyterApi api = new JupyterApi();
    private ServerSocket server;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        over.countDown();
        server.close();
    }

    /** Answers one request so, says the rest so often, and keeps the connection until the test is over. */
    private URI says(String head, String rest, int times) {
        Thread.ofVirtual().start(() -> {
            try (Socket socket = server.accept()) {
                socket.getInputStream().read(new byte[8192]);
                socket.getOutputStream().write(head.getBytes(US_ASCII));
                for (int i = 0; i < times && over.getCount() > 0; i++) {
                    socket.getOutputStream().write(rest.getBytes(US_ASCII));
                }
                over.await();
            } catch (IOException _) {
                // The other side has enough.
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
        return URI.create("http://127.0.0.1:" + server.getLocalPort() + "/api/kernels");
    }

    @Test
    void anAnswerIsItsStatusAndItsBody() throws Exception {
        JupyterApi.Answer answer =
                api.get(says("HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\n", "[]", 1), "t", 10, SOON);

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.body()).asString(US_ASCII).isEqualTo("[]");
        assertThat(answer.whole()).isTrue();
    }

    @Test
    void aBodyThatDoesNotComeIsWaitedForNoLongerThanAHead() {
        URI stalls = says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", "", 0);

        assertThatIOException()
                .isThrownBy(() -> api.get(stalls, "t", 10, Duration.ofMillis(200)))
                .withMessage("no answer within 200 ms");
    }

    @Test
    void aBodyWithoutEndIsReadNoFurtherThanIsWanted() throws Exception {
        URI endless = says("HTTP/1.1 200 OK\r\n\r\n", "x".repeat(1000), Integer.MAX_VALUE);

        JupyterApi.Answer answer = api.get(endless, "t", 4096, SOON);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).hasSize(4096);
        assertThat(answer.whole()).isFalse();
    }
}
