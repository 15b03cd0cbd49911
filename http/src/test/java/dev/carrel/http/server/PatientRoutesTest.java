/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Handlers that may take long: they keep nobody out, are bounded themselves, and hear when their client goes. */
class PatientRoutesTest {
    private static final String SLOW = "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final RouteOptions PATIENT = RouteOptions.DEFAULT.withPatience();

    @Test
    void theyTakeNoPlacesOfOthersAndHaveABoundOfTheirOwn() throws Exception {
        Semaphore entered = new Semaphore(0);
        CountDownLatch release = new CountDownLatch(1);
        try (TestServer server = TestServer.of(
                        TestServer.settings().withConcurrency(1, 2),
                        Routes.builder()
                                .get("/slow", PATIENT, _ -> {
                                    entered.release();
                                    release.await();
                                    return Response.stream(200, "x/x", out -> out.write('s'));
                                })
                                .get("/quick", _ -> Response.text(200, "quick")));
                RawClient first = server.raw();
                RawClient second = server.raw();
                RawClient third = server.raw()) {
            first.send(SLOW);
            second.send(SLOW);
            assertThat(entered.tryAcquire(2, 10, TimeUnit.SECONDS)).isTrue();

            assertThat(server.get("/quick").body()).isEqualTo("quick");
            assertThat(third.send(SLOW).answer().status()).isEqualTo(503);

            release.countDown();
            assertThat(first.answer().text()).isEqualTo("s");
            assertThat(second.answer().text()).isEqualTo("s");
            int status = server.get("/slow").statusCode();
            while (status == 503) {
                status = server.get("/slow").statusCode();
            }
            assertThat(status).isEqualTo(200);
        }
    }

    @Test
    void aHandlerHearsThatItsClientHasGone() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch gone = new CountDownLatch(1);
        AtomicInteger superseded = new AtomicInteger();
        try (TestServer server = TestServer.of(Routes.builder().get("/slow", PATIENT, request -> {
            request.whenClientGone(superseded::incrementAndGet);
            request.whenClientGone(gone::countDown);
            entered.countDown();
            gone.await();
            CountDownLatch late = new CountDownLatch(1);
            request.whenClientGone(late::countDown);
            superseded.addAndGet((int) late.getCount());
            return Response.empty(204);
        }))) {
            try (RawClient client = server.raw()) {
                client.send(SLOW);
                assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
            }

            assertThat(gone.await(10, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(superseded).hasValue(0);
    }

    @Test
    void nothingIsToldAboutAClientThatHasItsAnswer() throws Exception {
        AtomicInteger told = new AtomicInteger();
        try (TestServer server = TestServer.of(Routes.builder().get("/quick", PATIENT, request -> {
            request.whenClientGone(told::incrementAndGet);
            return Response.text(200, "quick");
        }))) {
            try (RawClient client = server.raw()) {
                client.send("GET /quick HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(client.answer().text()).isEqualTo("quick");
                client.send("GET /quick HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(client.answer().text()).isEqualTo("quick");
            }
            server.get("/quick");
        }
        assertThat(told).hasValue(0);
    }
}
