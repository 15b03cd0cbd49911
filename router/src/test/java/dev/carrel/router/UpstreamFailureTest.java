/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A target that is away, breaks off, talks nonsense or thinks too long is told from one that answers an error. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UpstreamFailureTest {
    private RunningRouter router;

    @BeforeAll
    void start() throws Exception {
        router = RunningRouter.start(
                Map.of("CARREL_ROUTER_RESPONSE_TIMEOUT", "300ms", "CARREL_ROUTER_SILENCE_TIMEOUT", "500ms"));
    }

    @AfterAll
    void stop() {
        router.close();
    }

    private RawClient.Answer ask(String user) throws Exception {
        return router.get(router.authority(user), "/x", "Cookie: " + router.cookie(user) + "\r\n");
    }

    @Test
    void aSessionThatTakesNoConnectionIsUnreachable() throws Exception {
        router.ready("refusing", "http://127.0.0.1:1");

        RawClient.Answer answer = ask("refusing");

        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.text()).contains("\"error\":\"session.unreachable\"").contains("\"state\":\"ready\"");
    }

    @Test
    void aSessionWhoseNameIsUnknownIsUnreachable() throws Exception {
        router.ready("lost", "http://no-such-host.invalid:80");

        assertThat(ask("lost").status()).isEqualTo(502);
    }

    @Test
    void aRouteWithoutSessionThatTakesNoConnectionIsUnavailable() throws Exception {
        router.plainRoute("/away", "http://127.0.0.1:1");

        assertThat(router.get(router.baseAuthority(), "/away", "").status()).isEqualTo(503);
    }

    @Test
    void aNameThatIsKnownIsFound() throws Exception {
        try (Backend named = Backend.saying("found")) {
            router.ready("named", "http://localhost:" + named.port());

            assertThat(ask("named").text()).isEqualTo("found");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
                "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
                "HTTP/1.1 OK\r\nContent-Length: 0\r\n\r\n"
            })
    void anAnswerThatIsNoneIsNotPassedOn(String wire) throws Exception {
        try (Backend odd = Backend.of((_, out) -> out.send(wire))) {
            router.ready("odd", odd.url());

            RawClient.Answer answer = ask("odd");

            assertThat(answer.status()).isEqualTo(502);
            assertThat(answer.text()).contains("session.odd-answer");
        }
    }

    @Test
    void aConnectionClosedOrResetBeforeAnAnswerIsTold() throws Exception {
        try (Backend closing = Backend.of((_, wire) -> wire.close());
                Backend resetting = Backend.of((_, wire) -> wire.reset())) {
            router.ready("closing", closing.url());
            router.ready("resetting", resetting.url());

            assertThat(ask("closing").status()).isEqualTo(502);
            assertThat(ask("resetting").status()).isEqualTo(502);
            assertThat(closing.connections())
                    .as("attempts of a request on a fresh connection")
                    .isEqualTo(1);
        }
    }

    @Test
    void aSessionThatIsStoppedWithARequestUnderWayIsStopping() throws Exception {
        try (Backend stopped = Backend.of((_, wire) -> {
            router.session("stopped", "stopping", "", "An administrator stopped it.");
            wire.close();
        })) {
            router.ready("stopped", stopped.url());

            RawClient.Answer answer = ask("stopped");

            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.text()).contains("session.stopping", "An administrator stopped it.");
        }
    }

    @Test
    void aSessionThatThinksTooLongIsGivenUp() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        try (Backend slow = Backend.of((_, wire) -> {
            wire.rest();
            ended.countDown();
        })) {
            router.ready("slow", slow.url());

            RawClient.Answer answer = ask("slow");

            assertThat(answer.status()).isEqualTo(504);
            assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void anAnswerThatStandsStillForTooLongIsCutOff() throws Exception {
        try (Backend stuck = Backend.of((_, wire) -> {
                    wire.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
                    wire.rest();
                });
                RawClient client = router.raw()) {
            router.ready("stuck", stuck.url());
            client.send("GET /x HTTP/1.1\r\nHost: " + router.authority("stuck") + "\r\nCookie: "
                    + router.cookie("stuck") + "\r\n\r\n");

            assertThat(client.head().status()).isEqualTo(200);
            assertThat(client.rest()).isEqualTo("half");
        }
    }

    @Test
    void aBackEndThatFloodsHeadersIsRefused() throws Exception {
        try (Backend flood = Backend.of((_, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\n");
            for (int i = 0; i < 2000; i++) {
                wire.send("X-" + i + ": " + "y".repeat(100) + "\r\n");
            }
        })) {
            router.ready("flood", flood.url());

            assertThat(ask("flood").status()).isEqualTo(502);
        }
    }
}
