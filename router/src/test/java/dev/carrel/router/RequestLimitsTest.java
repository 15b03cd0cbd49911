/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** Slow, endless and too many clients are refused by the limits of the settings. */
class RequestLimitsTest {
    @Test
    void refusesHeadsThatAreTooLargeOrTooSlow() throws Exception {
        try (RunningRouter router = RunningRouter.start(Map.of(
                "CARREL_ROUTER_MAX_HEADER", "1KiB",
                "CARREL_ROUTER_MAX_REQUEST_LINE", "512",
                "CARREL_ROUTER_HEADER_TIMEOUT", "300ms"))) {
            assertThat(router.get(router.baseAuthority(), "/", "X: " + "x".repeat(2000) + "\r\n")
                            .status())
                    .isEqualTo(431);
            assertThat(router.get(router.baseAuthority(), "/" + "x".repeat(600), "")
                            .status())
                    .isEqualTo(414);
            try (RawClient slow = router.raw().send("GET / HTTP/1.1\r\nHost:")) {
                RawClient.Answer answer = slow.answer();
                assertThat(answer.status()).isEqualTo(408);
                assertThat(answer.header("Content-Security-Policy")).contains("default-src 'none'");
                assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
            }
        }
    }

    @Test
    void closesConnectionsBeyondTheBound() throws Exception {
        try (RunningRouter router = RunningRouter.start(Map.of("CARREL_ROUTER_MAX_CONNECTIONS_PER_ADDRESS", "1"));
                RawClient first = router.raw()) {
            String alive = "GET /_chp_healthz HTTP/1.1\r\nHost: " + router.baseAuthority() + "\r\n\r\n";
            assertThat(first.send(alive).answer().status()).isEqualTo(200);
            try (RawClient second = router.raw()) {
                second.sendAnyway(alive);
                assertThat(second.rest()).isEmpty();
            }
            assertThat(first.send(alive).answer().status()).isEqualTo(200);
        }
    }

    @Test
    void endsAnUploadThatStandsStill() throws Exception {
        try (RunningRouter router = RunningRouter.start(Map.of("CARREL_ROUTER_STALL_TIMEOUT", "300ms"));
                Backend target = Backend.saying("x");
                RawClient client = router.raw()) {
            router.plainRoute("/t", target.url());
            client.send("POST /t HTTP/1.1\r\nHost: " + router.baseAuthority() + "\r\nContent-Length: 100\r\n\r\npart");

            assertThat(client.answer().status()).isEqualTo(408);
            assertThat(client.rest()).isEmpty();
        }
    }
}
