/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Which Host headers are served, refused as malformed (400), or told that they are at the wrong place (421). */
class HostRulesTest {
    private static RunningRouter router;
    private static Backend base;
    private static Backend session;

    @BeforeContainer
    static void start() throws Exception {
        router = RunningRouter.start(Map.of("CARREL_ROUTER_WORKERS", "1"));
        base = Backend.saying("base");
        session = Backend.saying("session");
        router.plainRoute("/", base.url());
        router.ready("alice", session.url());
    }

    @AfterContainer
    static void stop() throws Exception {
        router.close();
        base.close();
        session.close();
    }

    private static String port(String host) {
        return host.replace("PORT", Integer.toString(router.port())).replace("OWN", RunningRouter.host("alice"));
    }

    /** Lines of Host headers, each ended by CR LF. */
    private static RawClient.Answer ask(String requestLine, String hosts) throws Exception {
        try (RawClient client = router.raw()) {
            return client.send(port(requestLine + "\r\n" + hosts + "Cookie: " + router.cookie("alice") + "\r\n\r\n"))
                    .answer();
        }
    }

    private static void answers(int status, String text, List<String> hosts) throws Exception {
        for (String host : hosts) {
            RawClient.Answer answer = ask("GET /x HTTP/1.1", "Host: " + host + "\r\n");
            assertThat(answer.status()).as(host).isEqualTo(status);
            assertThat(answer.text()).as(host).contains(text);
        }
    }

    @Example
    void theBaseHostAndItsAliasesAreServed() throws Exception {
        answers(
                200,
                "base",
                List.of(
                        "localhost:PORT",
                        "LOCALHOST:PORT",
                        "LocalHost",
                        "localhost",
                        "127.0.0.1:PORT",
                        "127.0.0.1",
                        "[::1]:PORT",
                        "[::1]",
                        " \tlocalhost \t"));
    }

    @Example
    void aSessionsHostIsServedInAnyCase() throws Exception {
        answers(
                200,
                "session",
                List.of("OWN:PORT", "OWN", RunningRouter.host("alice").toUpperCase(Locale.ROOT)));
    }

    @Example
    void aHostBelowTheBaseThatIsNoSessionIsUnknown() throws Exception {
        answers(404, "session.unknown", List.of("nobody.localhost:PORT", "a.OWN", "x.y.localhost", "alice.localhost"));
    }

    @Example
    void otherNamesAreMisdirected() throws Exception {
        answers(
                421,
                "http.unknown-host",
                List.of(
                        "elsewhere",
                        "example.org:PORT",
                        "localhost:1",
                        "localhost:80",
                        "localhost:0",
                        "localhost:99999",
                        "OWN:1",
                        "localhost.",
                        "localhost.:PORT",
                        "OWN.",
                        "OWN.:PORT",
                        "localhost.example.org",
                        "xlocalhost",
                        "localhos",
                        "xn--lcalhost-n4a",
                        "127.0.0.2",
                        "127.1",
                        "0x7f.0.0.1",
                        "2130706433",
                        "0177.0.0.1",
                        "[::]",
                        "[::2]:PORT",
                        "[::ffff:127.0.0.1]",
                        "[0:0:0:0:0:0:0:1]",
                        "169.254.169.254",
                        "l~calhost"));
    }

    @Example
    void whatIsNoHostIsRefused() throws Exception {
        answers(
                400,
                "",
                List.of(
                        "",
                        " ",
                        ":PORT",
                        "localhost:",
                        "localhost:x",
                        "localhost:-1",
                        "localhost:+80",
                        "localhost:123456",
                        "localhost:PORT:PORT",
                        "localhost :PORT",
                        "localhost: PORT",
                        "user@localhost:PORT",
                        "user:password@localhost:PORT",
                        "localhost/",
                        "localhost/x",
                        "localhost?x",
                        "localhost#x",
                        "localhost\\x",
                        "http://localhost:PORT",
                        "//localhost",
                        "local host",
                        "localhost,localhost",
                        "localhost;x",
                        "localhost%00",
                        "localhost%2ex",
                        "::1",
                        "[::1",
                        "::1]",
                        "[::1]x",
                        "[localhost]",
                        "[::1%25eth0]",
                        "[]",
                        ".localhost",
                        "-localhost",
                        "_x.localhost",
                        "*",
                        "*.localhost",
                        "l\u00f6calhost",
                        "\u00e9",
                        "\"localhost\"",
                        "<script>",
                        "${jndi:x}",
                        "x".repeat(300)));
    }

    @Example
    void thereIsExactlyOne() throws Exception {
        for (String hosts : List.of(
                "",
                "Host: localhost:PORT\r\nHost: localhost:PORT\r\n",
                "Host: localhost:PORT\r\nhost: elsewhere\r\n",
                "Host: elsewhere\r\nHost: localhost:PORT\r\n",
                "Host:\r\nHost: localhost:PORT\r\n",
                "X-Forwarded-Host: localhost:PORT\r\n")) {
            assertThat(ask("GET /x HTTP/1.1", hosts).status()).as(hosts).isEqualTo(400);
            assertThat(ask("GET /x HTTP/1.0", hosts).status()).as(hosts).isEqualTo(400);
        }
    }

    @Example
    void anAbsoluteAddressNamesTheSameHost() throws Exception {
        for (String address : List.of("http://localhost:PORT", "HTTP://LOCALHOST:PORT", "https://localhost:PORT")) {
            for (String path : List.of("", "/x", "?x")) {
                RawClient.Answer answer = ask("GET " + address + path + " HTTP/1.1", "Host: localhost:PORT\r\n");
                assertThat(answer.text()).as(address + path).isEqualTo("base");
            }
        }
        for (String address : List.of(
                "http://elsewhere/x",
                "http://localhost/x",
                "http://localhost:1/x",
                "http://OWN:PORT/x",
                "http://localhost.:PORT/x",
                "http://localhost:PORT@elsewhere/x",
                "http://elsewhere@localhost:PORT/x",
                "http://elsewhere\\@localhost:PORT/x",
                "http:///x",
                "http:/x",
                "http:x",
                "ws://localhost:PORT/x",
                "ftp://localhost:PORT/x",
                "localhost:PORT",
                "x")) {
            assertThat(ask("GET " + address + " HTTP/1.1", "Host: localhost:PORT\r\n")
                            .status())
                    .as(address)
                    .isEqualTo(400);
        }
        assertThat(ask("GET http://elsewhere/x HTTP/1.1", "Host: elsewhere\r\n").status())
                .isEqualTo(421);
    }

    @Provide
    Arbitrary<String> hosts() {
        Arbitrary<String> pieces = Arbitraries.of(
                "localhost",
                "LOCALHOST",
                ".",
                "..",
                ":",
                "@",
                "[",
                "]",
                "::1",
                "127.0.0.1",
                "%",
                "%2e",
                "/",
                "\\",
                "PORT",
                "0",
                "a--b",
                "OWN",
                "-",
                "_",
                " ",
                "\t",
                ",",
                ";",
                "#",
                "?",
                "\u00e9",
                "xn--",
                "~",
                "*",
                "x");
        return pieces.list().ofMinSize(0).ofMaxSize(5).map(list -> String.join("", list));
    }

    @Property(tries = 500)
    void onlyTheSitesOwnNamesReachAnybody(@ForAll("hosts") String host) throws Exception {
        base.forget();
        session.forget();
        String plain = port(host).strip().toLowerCase(Locale.ROOT);
        String suffix = ":" + router.port();
        String name = plain.endsWith(suffix) ? plain.substring(0, plain.length() - suffix.length()) : plain;

        int status = ask("GET /x HTTP/1.1", "Host: " + host + "\r\n").status();

        boolean ofBase = Set.of("localhost", "127.0.0.1", "[::1]").contains(name);
        boolean ofSession = name.equals(RunningRouter.host("alice"));
        assertThat(base.unseen()).as(host).isEqualTo(ofBase ? 1 : 0);
        assertThat(session.unseen()).as(host).isEqualTo(ofSession ? 1 : 0);
        assertThat(status).as(host).isIn(ofBase || ofSession ? Set.of(200) : Set.of(400, 404, 421));
    }
}
