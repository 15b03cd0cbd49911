/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carrel.protocol.name.ServerName;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.UserName;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which headers pass the door, line by line, in both directions, for each kind of target. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HeaderHygieneTest {
    private static final String DIRTY = """
            User-Agent: test
            Accept: */*
            Accept-Encoding: gzip, br
            X-Custom: kept
            X_custom: kept too
            Connection: close, X-Named, Content-Length, Cookie, Authorization
            X-Named: gone
            Keep-Alive: timeout=5
            Proxy-Connection: keep-alive
            Proxy-Authorization: Basic x
            TE: trailers
            Trailer: X-T
            Upgrade: h2c
            HTTP2-Settings: AAMAAABk
            Forwarded: for=1.2.3.4
            X-Forwarded-For: 1.2.3.4
            X-Forwarded-Host: evil.example
            X-Forwarded-Proto: https
            X-Forwarded-Port: 1
            X-Forwarded-Server: x
            X-Forwarded-Prefix: /x
            X_Forwarded_For: 1.2.3.4
            X-Forwarded_Host: evil.example
            X-Real-IP: 1.2.3.4
            X_Real_IP: 1.2.3.4
            X-Scheme: https
            X-Request-Id: chosen
            Remote-User: root
            REMOTE_USER: root
            X-Remote-User: root
            Client-IP: 1.2.3.4
            CF-Connecting-IP: 1.2.3.4
            X-Original-URL: /hub/admin
            X-Rewrite-URL: /hub/admin
            X_Original_Url: /hub/admin
            X-Forwarded: for=1.2.3.4
            X-Carrel-Identity: root
            X_Carrel_Identity: root
            Content_Length: 5
            Transfer_Encoding: chunked
            """.replace("\n", "\r\n");

    private RunningRouter router;
    private Backend target;
    private Backend engine;

    @BeforeAll
    void start() throws Exception {
        router = RunningRouter.start();
        Backend.Script script = (request, wire) -> {
            request.body();
            wire.send("""
                    HTTP/1.1 200 Fine
                    Content-Length: 2
                    Content-Type: text/plain
                    X-Custom: kept
                    Connection: X-Named
                    X-Named: gone
                    Keep-Alive: timeout=5
                    Proxy-Authenticate: Basic
                    Upgrade: h2c
                    Alt-Svc: h2="evil.example:443"
                    Clear-Site-Data: "*"
                    Strict-Transport-Security: max-age=0; includeSubDomains
                    Public-Key-Pins: pin-sha256="x"
                    X-Accel-Redirect: /internal
                    X-Sendfile: /etc/passwd
                    Service-Worker-Allowed: /
                    NEL: {}
                    Server: Tornado
                    Set-Cookie: _xsrf=1; Path=/
                    Set-Cookie: carrel-session=evil; Path=/
                    Set-Cookie: __Host-carrel-session=evil; Path=/; Secure
                    Set-Cookie: CARREL-login=evil
                    Set-Cookie: =carrel-session=evil
                    Set-Cookie: wide=1; domain=localhost
                    Set-Cookie: wider=1; Path=/ ; DOMAIN = .localhost
                    Set-Cookie: last=1; HttpOnly

                    ok""".replace("\n", "\r\n"));
        };
        target = Backend.of(script);
        engine = Backend.at(router.enginePort(), script);
        router.ready("alice", target.url());
        router.plainRoute("/stock", target.url());
    }

    @AfterAll
    void stop() throws Exception {
        router.close();
        target.close();
        engine.close();
    }

    private List<String> sentUp(String authority, String path, String more) throws Exception {
        target.forget();
        router.get(authority, path, DIRTY + more);
        UnaryOperator<String> stable = line -> line.replaceFirst("(X-Request-Id: )[0-9a-f]{8}-[0-9a-z]+", "$1(new)");
        return target.next().lines().stream().map(stable).toList();
    }

    private List<String> told(String authority) {
        return List.of(
                "X-Forwarded-For: 127.0.0.1",
                "X-Forwarded-Proto: http",
                "X-Forwarded-Host: " + authority,
                "X-Forwarded-Port: " + router.port(),
                "X-Real-IP: 127.0.0.1",
                "X-Request-Id: (new)");
    }

    @Test
    void aContainerSeesNothingOfOurs() throws Exception {
        String own = router.authority("alice");
        String cookies = "Cookie: _xsrf=2;" + router.cookie("alice")
                + "; carrel-login=l; username-x=\"2|1:0\"; __Host-carrel-login=l ; __Secure-carrel-x=1\r\n";

        List<String> lines = sentUp(own, "/user/alice/", cookies);

        assertThat(lines.subList(0, 7))
                .containsExactly(
                        "Host: " + own,
                        "User-Agent: test",
                        "Accept: */*",
                        "Accept-Encoding: gzip, br",
                        "X-Custom: kept",
                        "X_custom: kept too",
                        "Cookie: _xsrf=2; username-x=\"2|1:0\"");
        assertThat(lines.subList(7, lines.size() - 1)).containsExactlyElementsOf(told(own));
        assertThat(lines.getLast()).isEqualTo("authorization: token " + RunningRouter.UPSTREAM_TOKEN);
    }

    @Test
    void aContainerReachedByTokenSeesNoCookieAndNotTheToken() throws Exception {
        String base = router.baseAuthority();

        List<String> lines = sentUp(
                base,
                "/user/alice/",
                "Cookie: carrel-login=l; engine-xsrf=1\r\nAuthorization: token " + router.apiToken("alice", "self")
                        + "\r\n");

        assertThat(lines.subList(0, 6))
                .containsExactly(
                        "Host: " + base,
                        "User-Agent: test",
                        "Accept: */*",
                        "Accept-Encoding: gzip, br",
                        "X-Custom: kept",
                        "X_custom: kept too");
        assertThat(lines.subList(6, lines.size() - 1)).containsExactlyElementsOf(told(base));
        assertThat(lines.getLast()).isEqualTo("authorization: token " + RunningRouter.UPSTREAM_TOKEN);
    }

    @Test
    void aRouteWithoutSessionSeesCookiesAndAuthorization() throws Exception {
        String base = router.baseAuthority();

        List<String> lines = sentUp(base, "/stock/", "Cookie: jupyterhub=1\r\nAuthorization: token t\r\n");

        assertThat(lines.subList(0, 8))
                .containsExactly(
                        "Host: " + base,
                        "User-Agent: test",
                        "Accept: */*",
                        "Accept-Encoding: gzip, br",
                        "X-Custom: kept",
                        "X_custom: kept too",
                        "Cookie: jupyterhub=1",
                        "Authorization: token t");
        assertThat(lines.subList(8, lines.size())).containsExactlyElementsOf(told(base));
    }

    @Test
    void aContainersCookiesStayWithItsOrigin() throws Exception {
        RawClient.Answer answer =
                router.get(router.authority("alice"), "/x", "Cookie: " + router.cookie("alice") + "\r\n");

        assertThat(answer.lines())
                .containsExactly(
                        "Content-Length: 2",
                        "Content-Type: text/plain",
                        "X-Custom: kept",
                        "Service-Worker-Allowed: /",
                        "NEL: {}",
                        "Server: Tornado",
                        "Set-Cookie: _xsrf=1; Path=/",
                        "Set-Cookie: last=1; HttpOnly");
    }

    @Test
    void aContainerSetsNoCookieAndRunsNothingUnderTheBaseHost() throws Exception {
        RawClient.Answer answer = router.get(
                router.baseAuthority(),
                "/user/alice/x",
                "Authorization: token " + router.apiToken("alice", "self") + "\r\n");

        assertThat(answer.lines())
                .containsExactly(
                        "Content-Length: 2",
                        "Content-Type: text/plain",
                        "X-Custom: kept",
                        "Server: Tornado",
                        "Content-Security-Policy: sandbox",
                        "X-Content-Type-Options: nosniff");
    }

    @Test
    void aRouteWithoutSessionSetsWhatItLikes() throws Exception {
        RawClient.Answer answer = router.get(router.baseAuthority(), "/stock/x", "");

        assertThat(answer.headers("Set-Cookie")).hasSize(8);
        assertThat(answer.header("X-Named")).isEmpty();
        assertThat(answer.header("Keep-Alive")).isEmpty();
    }

    @Test
    void theEngineSeesCookiesAndAuthorizationAndIsToldTheRest() throws Exception {
        String base = router.baseAuthority();
        engine.forget();

        router.get(base, "/hub/home", DIRTY + "Cookie: carrel-login=l; a=b\r\nAuthorization: token t\r\n");

        List<String> lines = engine.next().lines().stream()
                .map(line -> line.replaceFirst("(X-Request-Id: )[0-9a-f]{8}-[0-9a-z]+", "$1(new)"))
                .toList();
        assertThat(lines.subList(0, 8))
                .containsExactly(
                        "Host: " + base,
                        "User-Agent: test",
                        "Accept: */*",
                        "Accept-Encoding: gzip, br",
                        "X-Custom: kept",
                        "X_custom: kept too",
                        "Cookie: carrel-login=l; a=b",
                        "Authorization: token t");
        assertThat(lines.subList(8, lines.size())).containsExactlyElementsOf(told(base));
    }

    @Test
    void theEngineSaysWhatItLikesButForWhatIsAboutTheConnection() throws Exception {
        RawClient.Answer answer = router.get(router.baseAuthority(), "/hub/home", "");

        assertThat(answer.headers("Set-Cookie")).hasSize(8);
        assertThat(answer.header("Clear-Site-Data")).isEqualTo("\"*\"");
        for (String gone : List.of("Connection", "X-Named", "Keep-Alive", "Proxy-Authenticate", "Upgrade")) {
            assertThat(answer.header(gone)).as(gone).isEmpty();
        }
    }

    @Test
    void everySessionIsReachedByTlsAloneWhereTheSiteIsWhateverItSays() throws Exception {
        try (RunningRouter secure = RunningRouter.start(Map.of("CARREL_SITE_PUBLIC_URL", "https://carrel.example"))) {
            SessionAddress address = new SessionAddress(UserName.of("alice"), ServerName.DEFAULT);
            String host = address.host("carrel.example");
            ObjectNode route = RunningRouter.sessionJson(address, "ready", target.url(), "");
            ((ObjectNode) route.get("session")).put("host", host);
            secure.route(address.basePath(), route.toString());

            RawClient.Answer answer =
                    secure.get(host, "/x", "Authorization: token " + secure.apiToken("alice", "self") + "\r\n");

            assertThat(answer.text()).isEqualTo("ok");
            assertThat(answer.headers("Strict-Transport-Security")).containsExactly("max-age=31536000");
        }
    }

    @Test
    void theFramingIsNeverLeftToAConnectionHeader() throws Exception {
        target.forget();
        try (RawClient client = router.raw()) {
            client.send("POST /stock/x HTTP/1.1\r\nHost: " + router.baseAuthority()
                    + "\r\nConnection: Content-Length, Host, Transfer-Encoding\r\nContent-Length: 3\r\n\r\nabc");
            assertThat(client.answer().status()).isEqualTo(200);

            Backend.Seen seen = target.next();
            assertThat(seen.header("Content-Length")).contains("3");
            assertThat(seen.header("Host")).contains(router.baseAuthority());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/stock/a%2Fb//c?q=%20&x=+",
        "/stock/%7Euser/..//.;p=1",
        "/stock/%ff%zz%",
        "/stock/?",
        "/stock/{}|^`\"<>"
    })
    void addressesPassByteForByte(String path) throws Exception {
        target.forget();

        router.get(router.baseAuthority(), path, "");

        assertThat(target.next().target()).isEqualTo(path);
    }

    @Test
    void theTargetsOwnPathIsPutBefore() throws Exception {
        router.plainRoute("/deep", target.url() + "/inner/");
        target.forget();

        router.get(router.baseAuthority(), "/deep/x?y", "");

        assertThat(target.next().target()).isEqualTo("/inner/deep/x?y");
    }
}
