/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Closing a server loses no request that is under way, within the time it is given. */
class DrainTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);

    private TestServer server() {
        return TestServer.of(Routes.builder()
                .get("/", _ -> {
                    entered.countDown();
                    release.await();
                    return Response.text(200, "finished");
                })
                .get("/quick", _ -> Response.text(200, "quick")));
    }

    @Test
    void finishesWhatIsUnderWayTakesNothingNewAndClosesTheIdle() throws Exception {
        TestServer server = server();
        int port = server.server().port();
        try (RawClient busy = server.raw();
                RawClient idle = server.raw()) {
            assertThat(idle.send("GET /quick HTTP/1.1\r\nHost: a\r\n\r\n")
                            .answer()
                            .status())
                    .isEqualTo(200);
            busy.send(GET);
            assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();

            CompletableFuture<Void> closing =
                    CompletableFuture.runAsync(() -> server.server().close(Duration.ofSeconds(30)));

            assertThat(idle.rest()).isEmpty();
            assertThatThrownBy(() -> new RawClient(port)).isInstanceOf(ConnectException.class);
            assertThat(closing).isNotDone();
            release.countDown();
            RawClient.Answer answer = busy.answer();
            assertThat(answer.text()).isEqualTo("finished");
            assertThat(answer.header("Connection")).isEqualTo("close");
            assertThat(busy.rest()).isEmpty();
            closing.get(10, TimeUnit.SECONDS);
            assertThat(server.server().requests()).isZero();
        }
    }

    @Test
    void cutsWhatTakesLongerThanItsTime() throws Exception {
        TestServer server = server();
        try (RawClient busy = server.raw()) {
            busy.send(GET);
            assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();

            server.server().close(Duration.ofMillis(50));

            assertThatThrownBy(busy::answer).isInstanceOf(IOException.class);
        } finally {
            release.countDown();
        }
    }

    @Test
    void mayBeClosedTwiceAndWithoutHavingStarted() {
        TestServer server = server();
        server.close();
        server.close();

        new HttpServer(TestServer.settings(), Routes.builder().build(), ErrorRenderer.plainText(), TestServer.TRANSPORT)
                .close();
    }
}
