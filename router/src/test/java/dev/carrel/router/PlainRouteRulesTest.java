/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Routes without a session are served by configurable-http-proxy's rules; one row for each of its options. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PlainRouteRulesTest {
    private final Map<Map<String, String>, RunningRouter> routers = new HashMap<>();
    private static final Map<String, String> ALONE = Map.of("CARREL_PROXY_STAND_ALONE", "true");

    /** Settings, the route's path, the path of its target, what is asked for, what arrives; the host is {@code any.example}. */
    static Stream<Arguments> requestLines() {
        Map<String, String> none = Map.of();
        Map<String, String> cut = Map.of("CARREL_PROXY_INCLUDE_PREFIX", "false");
        Map<String, String> bare = Map.of("CARREL_PROXY_PREPEND_PATH", "false");
        Map<String, String> hosts = Map.of("CARREL_PROXY_HOST_ROUTING", "true");
        Map<String, String> hostsCut =
                Map.of("CARREL_PROXY_HOST_ROUTING", "true", "CARREL_PROXY_INCLUDE_PREFIX", "false");
        return Stream.of(
                Arguments.of(none, "/a", "", "/a/b?q=%20", "/a/b?q=%20"),
                Arguments.of(none, "/a", "", "/a%2Fb//c?q=%20&r", "/a%2Fb//c?q=%20&r"),
                Arguments.of(none, "/%40x", "", "/@x/y", "/@x/y"),
                Arguments.of(none, "/@x", "", "/%40x/y", "/%40x/y"),
                Arguments.of(none, "/", "", "/anything", "/anything"),
                Arguments.of(none, "/a", "/base", "/a/b", "/base/a/b"),
                Arguments.of(none, "/a", "/base/", "/a//b", "/base/a//b"),
                Arguments.of(bare, "/a", "/base", "/a/b", "/a/b"),
                Arguments.of(cut, "/a", "", "/a/b/c?d", "/b/c?d"),
                Arguments.of(cut, "/a", "", "/a", "/"),
                Arguments.of(cut, "/a", "", "/a?d", "/?d"),
                Arguments.of(cut, "/a", "/base", "/a/b", "/base/b"),
                Arguments.of(cut, "/a/b", "", "/a%2Fb/%41", "/%41"),
                Arguments.of(cut, "/@x", "", "/%40x%2Fy", "/y"),
                Arguments.of(cut, "/", "", "/a/b", "/a/b"),
                Arguments.of(hosts, "/any.example", "", "/a/b", "/a/b"),
                Arguments.of(hosts, "/any.example/a", "", "/a/b", "/a/b"),
                Arguments.of(hostsCut, "/any.example/a", "", "/a/b", "/b"),
                Arguments.of(hostsCut, "/any.example", "", "/a/b", "/a/b"));
    }

    @ParameterizedTest
    @MethodSource("requestLines")
    void theRequestLineArrivesAsTheOptionsSay(
            Map<String, String> settings, String route, String targetPath, String asked, String arrives)
            throws Exception {
        try (Backend target = Backend.saying("ok");
                Lease lease = lease(settings)) {
            RunningRouter router = lease.router();
            router.plainRoute(route, target.url() + targetPath);

            assertThat(router.get("any.example:1234", asked, "").status()).isEqualTo(200);

            assertThat(target.next().target()).isEqualTo(arrives);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/b/c, /b/cword, 404",
        "/b/c, /b/c, 200",
        "/b/c, /b/c/, 200",
        "/b/c, /b, 404",
        "/b/c, /b%2Fc%2Fd, 200",
        "/b/c, /B/c, 404"
    })
    void aRouteCoversWholeSegmentsOnly(String route, String asked, int status) throws Exception {
        try (Backend target = Backend.saying("ok");
                Lease lease = lease(Map.of())) {
            RunningRouter router = lease.router();
            router.plainRoute(route, target.url());

            assertThat(router.get("any.example", asked, "").status()).isEqualTo(status);
        }
    }

    @ParameterizedTest
    @CsvSource({"a.example, A", "A.EXAMPLE:8000, A", "b.example, B", "c.example, root", "[::1]:8000, six"})
    void hostRoutingTakesTheFirstElementOfTheKeyForTheHost(String host, String says) throws Exception {
        try (Backend a = Backend.saying("A");
                Backend b = Backend.saying("B");
                Backend root = Backend.saying("root");
                Backend six = Backend.saying("six");
                Lease lease = lease(Map.of("CARREL_PROXY_HOST_ROUTING", "true"))) {
            RunningRouter router = lease.router();
            router.plainRoute("/a.example", a.url());
            router.plainRoute("/b.example", b.url());
            router.plainRoute("/%5B::1%5D", six.url());
            router.plainRoute("/", root.url());

            assertThat(router.get(host, "/x", "").text()).isEqualTo(says);
        }
    }

    @Test
    void theDefaultTargetStandsAtTheRootOfTheTable() throws Exception {
        try (Backend target = Backend.saying("default");
                Lease lease = lease(Map.of("CARREL_PROXY_DEFAULT_TARGET", target.url()))) {
            RunningRouter router = lease.router();
            assertThat(router.get("any.example", "/x", "").text()).isEqualTo("default");
            assertThat(router.routes().path("/").path("target").asText()).isEqualTo(target.url());
        }
    }

    @Test
    void whatNoRouteCoversIs404() throws Exception {
        try (Lease lease = lease(Map.of())) {
            RunningRouter router = lease.router();
            RawClient.Answer answer = router.get("any.example", "/user/ada/x", "");

            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.text()).contains("route.unknown");
        }
    }

    @Test
    void aSessionsRouteStaysClosedToWhoeverHasNoToken() throws Exception {
        try (Backend container = Backend.saying("secret");
                Lease lease = lease(Map.of())) {
            RunningRouter router = lease.router();
            router.ready("alice", container.url());

            assertThat(router.get("any.example", "/user/alice/x", "").status()).isEqualTo(401);
            assertThat(container.unseen()).isZero();
        }
    }

    /** Settings, what the client sends, and what arrives: a header and its value, empty for none. */
    static Stream<Arguments> headers() {
        Map<String, String> none = Map.of();
        Map<String, String> silent = Map.of("CARREL_PROXY_X_FORWARD", "false");
        Map<String, String> custom = Map.of("CARREL_PROXY_CUSTOM_HEADERS", "X-One: 1\nX-Two:two: 2");
        String lies =
                "X-Forwarded-For: 1.2.3.4, 5.6.7.8\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: evil\r\nX-Forwarded-Port: 9\r\n"
                        + "X-Real-IP: 1.2.3.4\r\n";
        return Stream.of(
                Arguments.of(none, "", "X-Forwarded-For", "127.0.0.1"),
                Arguments.of(none, "", "X-Forwarded-Host", "any.example:1234"),
                Arguments.of(none, "", "X-Forwarded-Port", "1234"),
                Arguments.of(none, "", "X-Forwarded-Proto", "http"),
                Arguments.of(none, "", "Host", "any.example:1234"),
                Arguments.of(none, lies, "X-Forwarded-For", "127.0.0.1"),
                Arguments.of(none, lies, "X-Forwarded-Proto", "http"),
                Arguments.of(none, lies, "X-Forwarded-Host", "any.example:1234"),
                Arguments.of(none, lies, "X-Real-IP", "127.0.0.1"),
                Arguments.of(silent, lies, "X-Forwarded-For", ""),
                Arguments.of(silent, lies, "X-Forwarded-Proto", ""),
                Arguments.of(custom, "", "X-One", "1"),
                Arguments.of(custom, "X-One: mine\r\n", "X-One", "1"),
                Arguments.of(custom, "", "X-Two", "two: 2"),
                Arguments.of(none, "Connection: X-Foo\r\nX-Foo: 1\r\n", "X-Foo", ""),
                Arguments.of(none, "TE: trailers\r\n", "TE", ""),
                Arguments.of(none, "Authorization: token t\r\n", "Authorization", "token t"),
                Arguments.of(none, "Cookie: a=b; carrel-x=1\r\n", "Cookie", "a=b; carrel-x=1"));
    }

    @ParameterizedTest
    @MethodSource("headers")
    void headersArriveAsTheOptionsSay(Map<String, String> settings, String sent, String header, String arrives)
            throws Exception {
        try (Backend target = Backend.saying("ok");
                Lease lease = lease(settings)) {
            RunningRouter router = lease.router();
            router.plainRoute("/", target.url());

            router.get("any.example:1234", "/", sent);

            assertThat(target.next().header(header).orElse("")).isEqualTo(arrives);
        }
    }

    @Test
    void changeOriginShowsTheTargetItsOwnHost() throws Exception {
        try (Backend target = Backend.saying("ok");
                Lease lease = lease(Map.of("CARREL_PROXY_CHANGE_ORIGIN", "true"))) {
            RunningRouter router = lease.router();
            router.plainRoute("/", target.url());

            router.get("any.example", "/", "");

            Backend.Seen seen = target.next();
            assertThat(seen.header("Host")).contains("127.0.0.1:" + target.port());
            assertThat(seen.header("X-Forwarded-Host")).contains("any.example");
        }
    }

    /** Settings, status, the Location that the target gives ({@code SELF} for its own authority) and the one that arrives. */
    static Stream<Arguments> locations() {
        Map<String, String> none = Map.of();
        Map<String, String> auto = Map.of("CARREL_PROXY_AUTO_REWRITE", "true");
        Map<String, String> https = Map.of("CARREL_PROXY_PROTOCOL_REWRITE", "https");
        Map<String, String> both =
                Map.of("CARREL_PROXY_AUTO_REWRITE", "true", "CARREL_PROXY_PROTOCOL_REWRITE", "https");
        return Stream.of(
                Arguments.of(none, 302, "http://SELF/x?y#z", "http://SELF/x?y#z"),
                Arguments.of(auto, 302, "http://SELF/x?y#z", "http://any.example:1234/x?y#z"),
                Arguments.of(auto, 201, "http://SELF", "http://any.example:1234"),
                Arguments.of(auto, 307, "http://SELF?x", "http://any.example:1234?x"),
                Arguments.of(auto, 303, "http://SELF/x", "http://SELF/x"),
                Arguments.of(auto, 302, "http://other.example/x", "http://other.example/x"),
                Arguments.of(auto, 302, "/x", "/x"),
                Arguments.of(auto, 302, "//SELF/x", "//SELF/x"),
                Arguments.of(https, 301, "http://SELF/x", "https://SELF/x"),
                Arguments.of(https, 308, "http://other.example/x", "http://other.example/x"),
                Arguments.of(both, 302, "http://SELF/x", "https://any.example:1234/x"));
    }

    @ParameterizedTest
    @MethodSource("locations")
    void redirectsOfATargetToItselfAreRewrittenOnDemand(
            Map<String, String> settings, int status, String given, String arrives) throws Exception {
        try (Backend target = Backend.of((request, wire) -> wire.send("HTTP/1.1 " + status + " x\r\nLocation: "
                        + given.replace("SELF", request.header("X-Self").orElse(""))
                        + "\r\nContent-Length: 0\r\n\r\n"));
                Lease lease = lease(settings)) {
            RunningRouter router = lease.router();
            router.plainRoute("/", target.url());
            String self = "127.0.0.1:" + target.port();

            RawClient.Answer answer = router.get("any.example:1234", "/", "X-Self: " + self + "\r\n");

            assertThat(answer.header("Location")).isEqualTo(arrives.replace("SELF", self));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CARREL_PROXY_CUSTOM_HEADERS | no colon | proxy.custom-headers: \"no colon\"",
                "CARREL_PROXY_CUSTOM_HEADERS | Host: x | proxy.custom-headers: \"Host: x\"",
                "CARREL_PROXY_DEFAULT_TARGET | localhost:80 | proxy.default-target: \"localhost:80\"",
                "CARREL_PROXY_PROTOCOL_REWRITE | gopher | CARREL_PROXY_PROTOCOL_REWRITE: \"gopher\"",
                "CARREL_PROXY_ERROR_TARGET | hub | proxy.error-target: \"hub\"",
                "CARREL_PROXY_ERROR_PATH | /nowhere/at/all | proxy.error-path: /nowhere/at/all",
                "CARREL_PROXY_CLIENT_SSL_CA | /nowhere.pem | proxy.client-ssl-ca: /nowhere.pem",
                "CARREL_PROXY_CLIENT_SSL_CERT | /nowhere.pem | proxy.client-ssl-cert and proxy.client-ssl-key: only one",
            })
    void aWrongSettingStopsTheStartAndIsNamed(String name, String value, String says) {
        assertThatThrownBy(() -> start(Map.of(name, value)).close()).hasMessageContaining(says);
    }

    /** A router with these settings, shared by all rows that want them; its routes go with the row. */
    private record Lease(RunningRouter router) implements AutoCloseable {
        @Override
        public void close() {
            try {
                for (String path :
                        router.routes().propertyStream().map(Map.Entry::getKey).toList()) {
                    router.control(
                            "DELETE", "/api/routes" + path.replace("[", "%5B").replace("]", "%5D"), "");
                }
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }

    private Lease lease(Map<String, String> settings) throws Exception {
        RunningRouter router = routers.get(settings);
        if (router == null) {
            router = start(settings);
            routers.put(settings, router);
        }
        return new Lease(router);
    }

    @AfterAll
    void stop() {
        routers.values().forEach(RunningRouter::close);
    }

    private static RunningRouter start(Map<String, String> settings) throws Exception {
        Map<String, String> all = new HashMap<>(ALONE);
        all.putAll(settings);
        return RunningRouter.start(all);
    }
}
