/* Copyright the Carrel authors. */
package dev.carrel.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * The same questions put to our router and to configurable-http-proxy itself: Debian's, or the one that {@code -Dcarrel.chp=/path/to/it} names. Both must answer
 * alike; where they do not, it is on purpose, stands in {@link #DIFFERENCES} with both answers, and in docs/router.md with the reason.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChpContractIT {
    /** Version 4.5.3. */
    private static final String DEBIANS = "/usr/bin/configurable-http-proxy";

    private static final String CHP = System.getProperty("carrel.chp", DEBIANS);
    private static final Map<String, Question> QUESTIONS = new LinkedHashMap<>();
    private static final Map<String, Answers> DIFFERENCES = Map.of(
            "delete of the root", new Answers("no answer", "204 "),
            "a client's X-Forwarded-For", new Answers("1.2.3.4,127.0.0.1", "127.0.0.1"),
            "a client's X-Forwarded-Proto", new Answers("https,http", "http"),
            "a header that Connection names", new Answers("1", "-"),
            "Proxy-Authorization", new Answers("Basic x", "-"),
            "a malformed escape", new Answers("500", "404"),
            "a WebSocket's words from the target are activity", new Answers("no", "yes"));
    /** Where version 4 does not answer as version 5, which we follow. */
    private static final Map<String, Answers> DIFFERENCES_OF_4 = Map.of(
            "a target that is no URL", new Answers("201 503", "201 500"),
            "a WebSocket without a route", new Answers("a page without a status", "404"),
            "a WebSocket whose target does not listen", new Answers("nothing", "503"));

    private boolean version4;
    private ProxyUnderTest ours;
    private ProxyUnderTest theirs;
    private EchoTarget target;

    /** Puts one question to a proxy and says in a few words what came. */
    private interface Question {
        String ask(ProxyUnderTest proxy, EchoTarget target) throws Exception;
    }

    private record Answers(String theirs, String ours) {}

    static {
        for (String header : List.of("", "token wrong", "token", "Bearer " + ProxyUnderTest.TOKEN, "Token x")) {
            ask("authorization \"" + header + "\"", (proxy, _) -> said(proxy.api("GET", "/api/routes", "", header)));
        }
        ask("all routes of an empty table", (proxy, _) -> said(proxy.api("GET", "/api/routes", "")));
        ask("a route that is not there", (proxy, _) -> said(proxy.api("GET", "/api/routes/nobody", "")));
        ask("delete of a route that is not there", (proxy, _) -> said(proxy.api("DELETE", "/api/routes/nobody", "")));
        ask("the API's own root", (proxy, _) -> status(proxy.api("GET", "/api/", "")));
        ask("another method", (proxy, _) -> said(proxy.api("PUT", "/api/routes/a", "{}")));
        for (String body : List.of("", "{", "{}", "[]", "3", "{\"target\":1}", "{\"target\":null}", "null")) {
            ask("post of " + body, (proxy, _) -> {
                HttpResponse<String> answer = proxy.api("POST", "/api/routes/bad", body);
                return answer.statusCode() + " " + answer.body().split(":")[0];
            });
        }
        ask("keys of a route", (proxy, _) -> {
            String made = said(
                    proxy.api(
                            "POST",
                            "/api/routes/user/a",
                            "{\"target\":\"http://127.0.0.1:9\",\"user\":\"a\",\"hub\":true,\"n\":{\"x\":[1]},\"last_activity\":\"1999\"}"));
            var route = Carrel.JSON.readTree(
                    proxy.api("GET", "/api/routes/user/a", "").body());
            boolean now = Instant.parse(route.path("last_activity").asText())
                    .isAfter(Instant.now().minusSeconds(60));
            return made
                    + route.path("target").asText()
                    + route.path("user")
                    + route.path("hub")
                    + route.path("n")
                    + now
                    + route.size();
        });
        ask("a route posted again", (proxy, _) -> {
            proxy.api("POST", "/api/routes/twice", "{\"target\":\"http://127.0.0.1:1\",\"old\":1}");
            proxy.api("POST", "/api/routes/twice/", "{\"target\":\"http://127.0.0.1:2\"}");
            var route = proxy.routes().path("/twice");
            return route.path("target").asText() + route.has("old");
        });
        for (String path : List.of("/a%20b", "/%40x/", "/p%2Fq", "/%C3%A9", "/x/y/z/")) {
            ask("the key of " + path, (proxy, _) -> {
                proxy.route(path, "http://127.0.0.1:1");
                String keys = String.join(
                        " ",
                        proxy.routes().propertyStream().map(Map.Entry::getKey).toList());
                String there = status(proxy.api("GET", "/api/routes" + path, ""));
                String bare = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
                return keys
                        + there
                        + status(proxy.api("DELETE", "/api/routes" + bare, ""))
                        + proxy.routes().size();
            });
        }
        for (String since : List.of("1999-01-01", "2999-01-01", "2999-01-01T00:00:00Z", "yesterday")) {
            for (String name : List.of("inactive_since", "inactiveSince")) {
                ask(name + "=" + since, (proxy, _) -> {
                    proxy.route("/since", "http://127.0.0.1:1");
                    HttpResponse<String> answer = proxy.api("GET", "/api/routes?" + name + "=" + since, "");
                    return answer.statusCode() == 200
                            ? "200 " + Carrel.JSON.readTree(answer.body()).size()
                            : said(answer);
                });
            }
        }
        ask("a target that is no URL", (proxy, _) -> {
            String made = status(proxy.api("POST", "/api/routes/odd", "{\"target\":\"not a url\"}"));
            return made + EchoTarget.get(proxy, "/odd", "").status();
        });
        traffic();
        activity();
        // Last, for the original keeps its root for ever.
        ask("the root among the routes", (proxy, _) -> {
            proxy.api("POST", "/api/routes", "{\"target\":\"http://127.0.0.1:1\"}");
            return String.valueOf(proxy.routes().has("/"));
        });
        ask("delete of the root", (proxy, target) -> {
            proxy.route("/", target.url());
            try {
                return said(
                        proxy.api("DELETE", "/api/routes", "", "token " + ProxyUnderTest.TOKEN, Duration.ofSeconds(2)));
            } catch (HttpTimeoutException _) {
                return "no answer";
            }
        });
    }

    private static void traffic() {
        ask("a sign of life", (proxy, _) -> {
            EchoTarget.Answer answer = EchoTarget.get(proxy, "/_chp_healthz", "");
            return answer.status() + answer.body();
        });
        ask("no route", (proxy, _) -> "" + EchoTarget.get(proxy, "/none", "").status());
        ask("a target that does not listen", (proxy, _) -> {
            proxy.route("/dead", "http://127.0.0.1:1");
            return "" + EchoTarget.get(proxy, "/dead", "").status();
        });
        ask(
                "a malformed escape",
                (proxy, _) -> "" + EchoTarget.get(proxy, "/%", "").status());
        for (String path : List.of("/t", "/t/", "/t/a%2Fb?q=%20&r", "/t/%41/é".replace("é", "%C3%A9"), "/%74/x")) {
            ask("the request line of " + path, (proxy, target) -> {
                proxy.route("/t", target.url());
                return EchoTarget.get(proxy, path, "")
                        .body()
                        .lines()
                        .findFirst()
                        .orElse("");
            });
        }
        ask("a target with a path", (proxy, target) -> {
            proxy.route("/u", target.url() + "/base");
            return EchoTarget.get(proxy, "/u/x", "").body().lines().findFirst().orElse("");
        });
        for (String path : List.of("/b/c", "/b/cword", "/b/c/d", "/b", "/B/c")) {
            ask("whether /b/c covers " + path, (proxy, target) -> {
                proxy.route("/b/c", target.url());
                return "" + EchoTarget.get(proxy, path, "").status();
            });
        }
        echoed("Host", "", "Host");
        echoed("X-Forwarded-For", "", "X-Forwarded-For");
        echoed("X-Forwarded-Proto", "", "X-Forwarded-Proto");
        echoed("X-Forwarded-Host", "", "X-Forwarded-Host");
        echoed("X-Forwarded-Port", "", "X-Forwarded-Port");
        echoed("a client's X-Forwarded-For", "X-Forwarded-For: 1.2.3.4\r\n", "X-Forwarded-For");
        echoed("a client's X-Forwarded-Proto", "X-Forwarded-Proto: https\r\n", "X-Forwarded-Proto");
        echoed("a header that Connection names", "Connection: close, X-Hop\r\nX-Hop: 1\r\n", "X-Hop");
        echoed("Proxy-Authorization", "Proxy-Authorization: Basic x\r\n", "Proxy-Authorization");
        echoed("Authorization", "Authorization: token t\r\n", "Authorization");
        echoed("Cookie", "Cookie: a=b; c=d\r\n", "Cookie");
        refusedSockets();
    }

    private static void refusedSockets() {
        ask("a WebSocket without a route", (proxy, _) -> {
            try {
                EchoTarget.Answer answer = EchoTarget.get(proxy, "/none", EchoTarget.UPGRADE);
                return answer.status() + answer.body();
            } catch (EOFException e) {
                return String.valueOf(e.getMessage()).contains("<html>") ? "a page without a status" : "nothing";
            }
        });
        ask("a WebSocket whose target does not listen", (proxy, _) -> {
            proxy.route("/dead", "http://127.0.0.1:1");
            try {
                return "" + EchoTarget.get(proxy, "/dead", EchoTarget.UPGRADE).status();
            } catch (EOFException _) {
                return "nothing";
            }
        });
    }

    private static void activity() {
        for (int status : new int[] {200, 204, 302, 404, 500}) {
            ask("whether a " + status + " is activity", (proxy, target) -> {
                proxy.route("/act", target.url());
                Instant before = past(last(proxy, "/act"));
                EchoTarget.get(proxy, "/act?status=" + status, "");
                return last(proxy, "/act").isAfter(before) ? "yes" : "no";
            });
        }
        ask("a WebSocket's words from the client are activity", (proxy, target) -> spoken(proxy, target, true));
        ask("a WebSocket's words from the target are activity", (proxy, target) -> spoken(proxy, target, false));
        ask("a WebSocket outlives its route", (proxy, target) -> {
            proxy.route("/ws", target.url());
            try (EchoTarget.Socket socket = EchoTarget.open(proxy, "/ws")) {
                proxy.api("DELETE", "/api/routes/ws", "");
                socket.say("x");
                return socket.hear(1);
            }
        });
    }

    private static String spoken(ProxyUnderTest proxy, EchoTarget target, boolean byClient) throws Exception {
        proxy.route("/ws", target.url());
        try (EchoTarget.Socket socket = EchoTarget.open(proxy, "/ws?mute")) {
            Instant before = past(last(proxy, "/ws"));
            if (byClient) {
                socket.say("x");
                target.awaitWord();
            } else {
                target.say("hello");
                socket.hear(5);
            }
            return last(proxy, "/ws").isAfter(before) ? "yes" : "no";
        }
    }

    /** Returns a time when the clock has gone beyond it. */
    private static Instant past(Instant time) {
        Awaitility.await()
                .pollInterval(Duration.ofMillis(1))
                .until(() -> Instant.now().isAfter(time.plusMillis(5)));
        return time;
    }

    private static void echoed(String name, String sent, String header) {
        ask(name, (proxy, target) -> {
            proxy.route("/h", target.url());
            return EchoTarget.get(proxy, "/h", sent).echoed(header).replace(Integer.toString(proxy.port()), "PORT");
        });
    }

    private static void ask(String name, Question question) {
        if (QUESTIONS.put(name, question) != null) {
            throw new IllegalStateException("asked twice: " + name);
        }
    }

    private static String said(HttpResponse<String> answer) {
        return answer.statusCode() + " " + answer.body();
    }

    private static String status(HttpResponse<String> answer) {
        return answer.statusCode() + " ";
    }

    private static Instant last(ProxyUnderTest proxy, String path) throws Exception {
        return Instant.parse(proxy.routes().path(path).path("last_activity").asText());
    }

    @BeforeAll
    void start() throws Exception {
        assertThat(Files.isExecutable(Path.of(CHP)))
                .as("%s is there (to do: host-setup install --with-tests)", CHP)
                .isTrue();
        target = new EchoTarget();
        version4 = CHP.equals(DEBIANS);
        theirs = ProxyUnderTest.start(List.of(CHP));
        ours = ProxyUnderTest.start(List.of(Carrel.prepared().program(), "router"));
    }

    @AfterAll
    void stop() throws IOException {
        ours.close();
        theirs.close();
        target.close();
    }

    @TestFactory
    List<DynamicTest> bothAnswerAlikeOrDifferOnPurpose() {
        assertThat(QUESTIONS.keySet()).containsAll(DIFFERENCES.keySet()).containsAll(DIFFERENCES_OF_4.keySet());
        return QUESTIONS.entrySet().stream()
                .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> compare(entry.getKey(), entry.getValue())))
                .toList();
    }

    private void compare(String name, Question question) throws Exception {
        String there = question.ask(theirs, target);
        String here = question.ask(ours, target);
        forget(theirs);
        forget(ours);

        Answers known = DIFFERENCES.getOrDefault(name, version4 ? DIFFERENCES_OF_4.get(name) : null);
        if (known == null) {
            assertThat(here).as("ours, as theirs").isEqualTo(there);
        } else {
            assertThat(new Answers(there, here)).isEqualTo(known);
        }
    }

    private static void forget(ProxyUnderTest proxy) throws Exception {
        for (String path :
                proxy.routes().propertyStream().map(Map.Entry::getKey).toList()) {
            if (!path.equals("/")) {
                proxy.api("DELETE", "/api/routes" + path.replace(" ", "%20"), "");
            }
        }
    }
}
