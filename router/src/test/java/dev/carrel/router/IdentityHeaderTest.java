/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.protocol.signed.Claims;
import dev.carrel.protocol.signed.Purpose;
import dev.carrel.protocol.signed.SignedValues;
import dev.carrel.protocol.signed.Verified;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The one header by which a proxy in front of the router says who somebody is. */
class IdentityHeaderTest {
    private static final String SIGNED = "x-carrel-identity:";

    private static Map<String, String> trusting(String proxies) {
        return Map.of("CARREL_ROUTER_IDENTITY_HEADER", "Remote-User", "CARREL_ROUTER_IDENTITY_PROXIES", proxies);
    }

    /** What the engine sees of a request with these headers. */
    private static List<String> seenByEngine(RunningRouter router, String headers) throws Exception {
        try (ServerSocket engine = new ServerSocket(router.enginePort(), 5, InetAddress.getLoopbackAddress());
                RawClient client = router.raw()) {
            client.send("GET /hub/login HTTP/1.1\r\nHost: " + router.baseAuthority() + "\r\n" + headers + "\r\n");
            try (Socket accepted = engine.accept();
                    RawClient wire = new RawClient(accepted)) {
                wire.line();
                List<String> lines = wire.lines();
                wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
                client.answer();
                return lines;
            }
        }
    }

    private static List<String> about(List<String> lines) {
        return lines.stream()
                .filter(line -> {
                    String lower = line.toLowerCase(Locale.ROOT);
                    return lower.startsWith("remote") || lower.startsWith("x-carrel") || lower.startsWith("x_carrel");
                })
                .toList();
    }

    @Test
    void offUnlessTheOperatorSwitchesItOn() throws Exception {
        try (RunningRouter router = RunningRouter.start()) {
            assertThat(about(seenByEngine(
                            router, "Remote-User: root\r\nX-Carrel-Identity: forged\r\nX_Carrel_Identity: forged\r\n")))
                    .isEmpty();
        }
    }

    @Test
    void fromAProxyThatIsTrustedItReachesTheEngineSigned() throws Exception {
        try (RunningRouter router = RunningRouter.start(trusting("192.0.2.0/24, 127.0.0.1"))) {
            List<String> lines =
                    about(seenByEngine(router, "Remote-User:  ada@example.org \r\nX-Carrel-Identity: forged\r\n"));

            assertThat(lines).hasSize(1).first().asString().startsWithIgnoringCase(SIGNED);
            String text = lines.getFirst().substring(SIGNED.length()).strip();
            Verified verified =
                    new SignedValues(router.keys(), Clock.systemUTC()).verify(Purpose.IDENTITY, "engine", text);
            assertThat(verified).isInstanceOf(Verified.Genuine.class);
            Claims claims = ((Verified.Genuine) verified).claims();
            assertThat(claims.subject()).isEqualTo("ada@example.org");
            assertThat(claims.login()).isEqualTo("127.0.0.1");
            assertThat(claims.scopes()).containsExactly("remote-user");
        }
    }

    @Test
    void fromAnybodyElseItIsStripped() throws Exception {
        try (RunningRouter router = RunningRouter.start(trusting("192.0.2.7, 10.0.0.0/8, 2001:db8::/32"))) {
            assertThat(about(seenByEngine(router, "Remote-User: root\r\n"))).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Remote-User: \r\n",
                "Remote-User: ada\r\nRemote-User: root\r\n",
                "Remote-User: ada\r\nremote-user: ada\r\n",
                "Remote_User: root\r\n",
                "Remote-User: ada\r\nRemote_User: root\r\n",
                "REMOTE_USER: root\r\n",
                "X-Remote-User: root\r\n",
                "Connection: Remote-User\r\nX-Carrel-Identity: forged\r\n"
            })
    void whatIsNotClearIsNotSaid(String headers) throws Exception {
        try (RunningRouter router = RunningRouter.start(trusting("127.0.0.1"))) {
            assertThat(about(seenByEngine(router, headers))).isEmpty();
        }
    }

    @Test
    void endlessValuesAreNotSaid() throws Exception {
        try (RunningRouter router = RunningRouter.start(trusting("127.0.0.1"))) {
            assertThat(about(seenByEngine(router, "Remote-User: " + "x".repeat(513) + "\r\n")))
                    .isEmpty();
        }
    }

    @Test
    void sessionsAndOtherRoutesNeverSeeIt() throws Exception {
        try (RunningRouter router = RunningRouter.start(Map.of(
                        "CARREL_ROUTER_IDENTITY_HEADER", "X-Badge", "CARREL_ROUTER_IDENTITY_PROXIES", "127.0.0.1"));
                Backend target = Backend.of((request, wire) -> {
                    request.body();
                    wire.send("HTTP/1.1 200 Fine\r\nContent-Length: 0\r\n\r\n");
                })) {
            router.ready("alice", target.url());
            router.plainRoute("/stock", target.url());
            String badge = "X-Badge: alice\r\nX_Badge: alice\r\n";

            router.get(router.authority("alice"), "/user/alice/", badge + "Cookie: " + router.cookie("alice") + "\r\n");
            assertThat(target.next().lines()).noneMatch(IdentityHeaderTest::speaksOfIt);
            router.get(
                    router.baseAuthority(),
                    "/user/alice/",
                    badge + "Authorization: token " + router.apiToken("alice", "self") + "\r\n");
            assertThat(target.next().lines()).noneMatch(IdentityHeaderTest::speaksOfIt);
            router.get(router.baseAuthority(), "/stock/", badge);
            assertThat(target.next().lines()).noneMatch(IdentityHeaderTest::speaksOfIt);
        }
    }

    private static boolean speaksOfIt(String line) {
        String lower = line.toLowerCase(Locale.ROOT);
        return lower.contains("badge") || lower.contains("identity");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Remote-User | ''        | only one of them",
                "''          | 127.0.0.1 | only one of them",
                "Remote-User | localhost | localhost",
                "Remote-User | 10.0.0.0/0 | 10.0.0.0/0",
                "Remote-User | 10.0.0.0/33 | 10.0.0.0/33",
                "Cookie      | 127.0.0.1 | a header of its own"
            })
    void settingsThatMakeNoSenseAreRefusedAtStart(String header, String proxies, String why) {
        assertThatThrownBy(() -> RunningRouter.start(
                        Map.of("CARREL_ROUTER_IDENTITY_HEADER", header, "CARREL_ROUTER_IDENTITY_PROXIES", proxies)))
                .hasStackTraceContaining(why);
    }
}
