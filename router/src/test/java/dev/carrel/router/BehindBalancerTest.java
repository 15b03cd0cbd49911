/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Behind load balancers and proxies: whom a request is said to come from, and by whom that may be said. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BehindBalancerTest {
    private RunningRouter balanced;
    private RunningRouter proxied;
    private RunningRouter alone;
    private Backend target;

    @BeforeAll
    void start() throws Exception {
        target = Backend.saying("hello");
        balanced = RunningRouter.start(Map.of(
                "CARREL_ROUTER_PROXY_PROTOCOL_FROM", "127.0.0.0/8",
                "CARREL_ROUTER_HEADER_TIMEOUT", "500ms",
                "CARREL_ROUTER_MAX_CONNECTIONS_PER_ADDRESS", "2"));
        proxied = RunningRouter.start(Map.of("CARREL_ROUTER_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8, 2001:db8::/32"));
        alone = RunningRouter.start();
        for (RunningRouter router : new RunningRouter[] {balanced, proxied, alone}) {
            router.plainRoute("/", target.url());
        }
    }

    @AfterAll
    void stop() throws Exception {
        balanced.close();
        proxied.close();
        alone.close();
        target.close();
    }

    @AfterEach
    void forget() {
        target.forget();
    }

    private static String get(RunningRouter router) {
        return "GET /a HTTP/1.1\r\nHost: " + router.baseAuthority() + "\r\n\r\n";
    }

    private static byte[] binary(String hex) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(HexFormat.of().parseHex("0d0a0d0a000d0a515549540a"));
        bytes.writeBytes(HexFormat.of().parseHex(hex.replace(" ", "")));
        return bytes.toByteArray();
    }

    @ParameterizedTest
    @CsvSource({
        "PROXY TCP4 203.0.113.9 192.0.2.1 5000 443, 203.0.113.9",
        "PROXY TCP6 2001:db8::9 2001:db8::1 5000 443, 2001:db8:0:0:0:0:0:9",
        "PROXY UNKNOWN, 127.0.0.1",
        "PROXY UNKNOWN anything at all, 127.0.0.1",
    })
    void version1SaysWhenceAConnectionComes(String header, String client) throws Exception {
        try (RawClient wire = balanced.raw()) {
            // In the same packet as the request.
            wire.send(header + "\r\n" + get(balanced));

            assertThat(wire.answer().text()).isEqualTo("hello");
            Backend.Seen seen = target.next();
            assertThat(seen.header("X-Forwarded-For")).contains(client);
            assertThat(seen.header("X-Real-IP")).contains(client);
        }
    }

    @ParameterizedTest
    @CsvSource({
        // Version 2, PROXY, TCP over IPv4.
        "21 11 000c cb007109 c0000201 1388 01bb, 203.0.113.9",
        // With an extension of three bytes.
        "21 11 0012 cb007109 c0000201 1388 01bb 04 0003 000000, 203.0.113.9",
        // TCP over IPv6.
        "21 21 0024 20010db8000000000000000000000009 20010db8000000000000000000000001 1388 01bb, 2001:db8:0:0:0:0:0:9",
        // LOCAL: the balancer looks whether we are well.
        "20 00 0000, 127.0.0.1",
    })
    void version2Too(String header, String client) throws Exception {
        try (RawClient wire = balanced.raw()) {
            for (byte one : binary(header)) {
                wire.send(new byte[] {one});
            }
            wire.send(get(balanced));

            assertThat(wire.answer().text()).isEqualTo("hello");
            assertThat(target.next().header("X-Forwarded-For")).contains(client);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "PROXY TCP4 not.an.address 192.0.2.1 5000 443\r\n",
                "PROXY TCP4 203.0.113.9 192.0.2.1 70000 443\r\n",
                "PROXY TCP4 203.0.113.9\r\n",
                "PROXY UDP4 203.0.113.9 192.0.2.1 5000 443\r\n",
                "PROXY TCP4 203.0.113.9 192.0.2.1 5000 443 and so on and so on and so on and so on and so on and so on and so on and so on\r\n",
                "PRO"
            })
    void whoMustSendAHeaderAndSendsNoneIsClosedUnanswered(String start) throws Exception {
        try (RawClient wire = balanced.raw()) {
            wire.sendAnyway(start);

            assertThat(wire.rest()).isEmpty();
            assertThat(target.unseen()).isZero();
        }
    }

    @Test
    void theBoundOfConnectionsCountsTheAddressThatWasTold() throws Exception {
        String header = "PROXY TCP4 198.51.100.7 192.0.2.1 5000 443\r\n";
        try (RawClient first = balanced.raw().send(header);
                RawClient second = balanced.raw().send(header)) {
            assertThat(first.send(get(balanced)).answer().status()).isEqualTo(200);
            assertThat(second.send(get(balanced)).answer().status()).isEqualTo(200);
            try (RawClient third = balanced.raw().send(header)) {
                third.sendAnyway(get(balanced));
                assertThat(third.rest()).isEmpty();
            }
            try (RawClient other = balanced.raw().send("PROXY TCP4 198.51.100.8 192.0.2.1 5000 443\r\n")) {
                assertThat(other.send(get(balanced)).answer().status()).isEqualTo(200);
            }
        }
    }

    @Test
    void nobodyElseMaySendOne() throws Exception {
        try (RawClient text = alone.raw();
                RawClient binary = alone.raw()) {
            text.send("PROXY TCP4 203.0.113.9 192.0.2.1 5000 443\r\n" + get(alone));
            binary.send(binary("21 11 000c cb007109 c0000201 1388 01bb"));
            binary.send(get(alone).getBytes(StandardCharsets.US_ASCII));

            assertThat(text.answer().status()).isEqualTo(400);
            assertThat(binary.answer().status()).isEqualTo(400);
            assertThat(target.unseen()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "203.0.113.9                            | 203.0.113.9",
                "203.0.113.9, 10.1.2.3                  | 203.0.113.9",
                "1.1.1.1, 203.0.113.9, 10.1.2.3         | 203.0.113.9",
                "10.9.9.9, 10.1.2.3                     | 10.9.9.9",
                "203.0.113.9:5000                       | 203.0.113.9",
                "[2001:db9::9]:5000                     | 2001:db9:0:0:0:0:0:9",
                "2001:db9::9, 2001:db8::1               | 2001:db9:0:0:0:0:0:9",
                "unknown                                | 127.0.0.1",
                "203.0.113.9, unknown                   | 127.0.0.1",
                "203.0.113.9, unknown, 10.1.2.3         | 10.1.2.3",
            })
    void ofATrustedProxysListTheLastAddressThatIsNoProxyCounts(String list, String client) throws Exception {
        proxied.get(proxied.baseAuthority(), "/a", "X-Forwarded-For: " + list + "\r\n");

        Backend.Seen seen = target.next();
        assertThat(seen.lines().stream().filter(line -> line.startsWith("X-Forwarded-For")))
                .containsExactly("X-Forwarded-For: " + client);
        assertThat(seen.header("X-Real-IP")).contains(client);
    }

    @Test
    void severalLinesAreOneList() throws Exception {
        proxied.get(
                proxied.baseAuthority(),
                "/a",
                "X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: 203.0.113.9\r\nX-Forwarded-For: 10.0.0.1\r\n");

        assertThat(target.next().header("X-Forwarded-For")).contains("203.0.113.9");
    }

    @ParameterizedTest
    @CsvSource({"https, https", "http, http", "'http, https', https", "javascript, http", "HTTPS, https"})
    void aTrustedProxySaysByWhichSchemeTheClientCame(String said, String told) throws Exception {
        proxied.get(proxied.baseAuthority(), "/a", "X-Forwarded-Proto: " + said + "\r\n");

        assertThat(target.next().header("X-Forwarded-Proto")).contains(told);
    }

    @Test
    void nobodyElseIsBelieved() throws Exception {
        alone.get(alone.baseAuthority(), "/a", "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\n");

        Backend.Seen seen = target.next();
        assertThat(seen.header("X-Forwarded-For")).contains("127.0.0.1");
        assertThat(seen.header("X-Forwarded-Proto")).contains("http");
    }

    @ParameterizedTest
    @CsvSource({"PROXY_PROTOCOL_FROM, router.proxy-protocol-from", "TRUSTED_PROXIES, router.trusted-proxies"})
    void whatIsNoAddressStopsTheStartAndIsNamed(String variable, String key) {
        assertThatThrownBy(
                        () -> RunningRouter.start(Map.of("CARREL_ROUTER_" + variable, "10.0.0.0/8, balancer.example"))
                                .close())
                .hasStackTraceContaining(key + ": \"balancer.example\" (expected: addresses as 192.0.2.7 or ranges as");
    }
}
