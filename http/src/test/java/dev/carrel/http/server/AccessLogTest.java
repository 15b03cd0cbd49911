/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** One line per request, with all that explains it and no secret. */
class AccessLogTest {
    private static final Logger ACCESS = (Logger) LoggerFactory.getLogger("access");

    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            lines.add(event.getFormattedMessage());
        }
    };

    @BeforeEach
    void listen() {
        appender.start();
        ACCESS.addAppender(appender);
    }

    @AfterEach
    void stopListening() {
        ACCESS.detachAppender(appender);
    }

    private String line() throws InterruptedException {
        String line = lines.poll(10, TimeUnit.SECONDS);
        assertThat(line).as("a line of the access log").isNotNull();
        return String.valueOf(line);
    }

    @Test
    void tellsWhatWasAskedAndAnsweredAndWhen() throws Exception {
        try (TestServer server = TestServer.of(Routes.builder()
                .filter((request, chain) -> chain.proceed(request.put(Request.USER, "alice smith")))
                .post(
                        "/echo",
                        request ->
                                Response.bytes(200, "text/plain", request.body().bytes())))) {
            server.post("/echo?token=secret", "text/plain", "12345");

            assertThat(line())
                    .matches("127\\.0\\.0\\.1 POST /echo 200 5B \\d+\\.\\dms id=[0-9a-z-]+ user=alice\\\\u0020smith "
                            + "passport=head:[\\d.]+,handler:[\\d.]+,body:[\\d.]+,first_byte:[\\d.]+,done:[\\d.]+")
                    .doesNotContain("secret");
            assertThat(lines).isEmpty();
        }
    }

    @Test
    void hasALineForWhatWasNoRequest() throws Exception {
        try (TestServer server = TestServer.of(Routes.builder());
                RawClient client = server.raw()) {
            client.sendAnyway("GET /secret?x=y HTTP/1.1\r\n\r\n");
            client.rest();

            assertThat(line()).startsWith("127.0.0.1 - http.host 400 ").doesNotContain("secret");
            assertThat(lines).isEmpty();
        }
    }

    @Test
    void hasOneLineForARequestThatIsRefusedInItsBody() throws Exception {
        try (TestServer server = TestServer.of(Routes.builder()
                        .post(
                                "/x",
                                request -> Response.bytes(
                                        200, "x/x", request.body().bytes())));
                RawClient client = server.raw()) {
            client.send("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n");
            client.rest();

            assertThat(line()).startsWith("127.0.0.1 POST /x 400 ");
            assertThat(lines).isEmpty();
        }
    }

    @Test
    void countsTheBytesOfAStream() throws Exception {
        try (TestServer server = TestServer.of(Routes.builder()
                .get("/", _ -> Response.stream(200, "x/x", out -> out.write(new byte[100_000]))))) {
            server.get("/");

            assertThat(line()).contains(" 200 100000B ");
        }
    }

    @Test
    void writes499WhenTheClientDidNotWait() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        try (TestServer server = TestServer.of(Routes.builder().get("/", _ -> {
            entered.countDown();
            release.await();
            return Response.text(200, "late");
        }))) {
            try (RawClient client = server.raw()) {
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
            }

            assertThat(line()).contains(" / 499 0B ").contains("gone:");
            release.countDown();
        }
    }

    @Test
    void prefersTheAddressATrustedProxyTold() throws Exception {
        try (TestServer server = TestServer.of(Routes.builder()
                .filter((request, chain) -> chain.proceed(request.put(Request.CLIENT_ADDRESS, "203.0.113.9")))
                .get("/", _ -> Response.empty(204)))) {
            server.get("/");

            assertThat(line()).startsWith("203.0.113.9 GET / 204 0B ");
        }
    }

    @Test
    void keepsALineShortAndOneLine() throws Exception {
        try (TestServer server = TestServer.of(Routes.builder()
                .filter((request, chain) ->
                        chain.proceed(request.put(Request.USER, "eve\r\n127.0.0.1 GET /forged \u202e")))
                .get("/{rest...}", _ -> Response.empty(204)))) {
            server.get("/" + "x".repeat(5000));

            String line = line();
            assertThat(line).contains("user=eve\\u000d\\u000a127.0.0.1\\u0020GET\\u0020/forged\\u0020\\u202e");
            assertThat(line.length()).isLessThan(1500);
            assertThat(line.lines()).hasSize(1);
        }
    }
}
