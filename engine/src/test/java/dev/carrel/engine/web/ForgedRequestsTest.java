/* Copyright the Carrel authors. */
package dev.carrel.engine.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.http.server.Route;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A change that a cookie vouches for must come from one of our own pages; by inventory, so no route is forgotten. */
class ForgedRequestsTest {
    @TempDir
    Path folder;

    private WebRig rig;
    private WebRig.Browser root;

    @BeforeEach
    void open() {
        rig = new WebRig(folder);
        root = rig.person("root");
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private HttpRequest.Builder change(Route route, WebRig.Browser browser) {
        return rig.to(route.pattern(), browser).method(route.method(), HttpRequest.BodyPublishers.ofString("{}"));
    }

    private HttpRequest.Builder form(String path, WebRig.Browser browser, String fields) {
        return rig.to(path, browser)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(fields));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Test
    void noChangeOfAnyRouteIsMadeForAForgedRequest() throws Exception {
        WebRig.Browser ada = rig.person("ada");
        Map<String, Integer> answers = new LinkedHashMap<>();
        for (Route route : rig.routes()) {
            // Calls of functions do not look at cookies: there is nobody in whose name a page could forge one.
            boolean call = route.tag(Access.class).filter(Access.CALL::equals).isPresent();
            if (call || Set.of("GET", "HEAD", "OPTIONS").contains(route.method())) {
                continue;
            }
            String name = route.method() + " " + route.pattern();
            answers.put(name + " without a token", WebRig.status(change(route, root)));
            answers.put(
                    name + " with somebody else's token",
                    WebRig.status(change(route, root).header("X-XSRFToken", ada.xsrf())));
            answers.put(
                    name + " with an empty token",
                    WebRig.status(change(route, root).header("X-XSRFToken", "")));
            for (String site : List.of("cross-site", "same-site", "nonsense")) {
                answers.put(
                        name + " from " + site,
                        WebRig.status(change(route, root)
                                .header("X-XSRFToken", root.xsrf())
                                .header("Sec-Fetch-Site", site)));
            }
            for (String origin : List.of(
                    "null",
                    "https://evil.example",
                    rig.origin() + ".evil.example",
                    "http://ada--main.localhost:8000",
                    "")) {
                answers.put(
                        name + " of origin " + origin,
                        WebRig.status(change(route, root)
                                .header("X-XSRFToken", root.xsrf())
                                .header("Origin", origin)));
            }
            answers.put(
                    name + " by no-cors with a simple body",
                    WebRig.status(change(route, root)
                            .header("Sec-Fetch-Mode", "no-cors")
                            .header("Content-Type", "text/plain")));
            answers.put(
                    name + " with the token in the address",
                    WebRig.status(rig.to(route.pattern() + "?_xsrf=" + encode(root.xsrf()), root)
                            .method(route.method(), HttpRequest.BodyPublishers.noBody())));
        }

        assertThat(answers).hasSize(9 * 13);
        assertThat(answers)
                .allSatisfy((what, status) -> assertThat(status).as(what).isEqualTo(403));
        assertThat(rig.changes).hasValue(0);
    }

    @Test
    void ourOwnPagesMayChangeThingsByHeaderOrByForm() throws Exception {
        assertThat(WebRig.status(rig.post("/signed-in", root))).isEqualTo(200);
        assertThat(WebRig.status(form("/signed-in", root, "a=b&_xsrf=" + encode(root.xsrf()))
                        .header("Origin", rig.origin())))
                .isEqualTo(200);
        assertThat(rig.changes).hasValue(2);
    }

    @Test
    void aTokenInABodyThatIsNoFormDoesNotCount() throws Exception {
        for (String type : List.of(
                "text/plain",
                "application/json",
                "multipart/form-data; boundary=x",
                "application/x-www-form-urlencoded-not")) {
            HttpRequest.Builder request = rig.to("/signed-in", root)
                    .header("Content-Type", type)
                    .POST(HttpRequest.BodyPublishers.ofString("_xsrf=" + root.xsrf()));
            assertThat(WebRig.status(request)).as(type).isIn(403, 415);
        }
        assertThat(rig.changes).hasValue(0);
    }

    @Test
    void theTokenOfAVisitorIsWorthNothingOnceSignedInAndThatOfASignInNothingAfterIt() throws Exception {
        HttpResponse<String> page = WebRig.send(rig.to("/open"));
        String visitor = page.headers().firstValue("set-cookie").orElseThrow().split(";", 2)[0];
        String before = page.body().split("\\|", -1)[0];
        HttpResponse<String> signedIn = WebRig.send(rig.to("/sign-in")
                .header("Cookie", visitor)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "username=ada&password=" + encode("correct horse battery") + "&_xsrf=" + encode(before))));
        String login = signedIn.headers().firstValue("set-cookie").orElseThrow().split(";", 2)[0];
        assertThat(signedIn.statusCode()).isEqualTo(303);

        HttpRequest.Builder stale = rig.to("/signed-in")
                .header("Cookie", visitor + "; " + login)
                .header("X-XSRFToken", before)
                .POST(HttpRequest.BodyPublishers.noBody());
        assertThat(WebRig.status(stale)).isEqualTo(403);

        WebRig.Browser first = rig.person("ada");
        WebRig.Browser second = rig.person("ada");
        assertThat(WebRig.status(rig.post("/signed-in", new WebRig.Browser(second.secret(), first.xsrf()))))
                .isEqualTo(403);
    }

    @Test
    void signingInIsProtectedToo() throws Exception {
        String fields = "username=ada&password=" + encode("correct horse battery");

        assertThat(WebRig.status(rig.to("/sign-in")
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(fields))))
                .isEqualTo(403);
    }

    @Test
    void callersWithATokenNeedNoneForNobodysBrowserSendsIt() throws Exception {
        String token = rig.signin.token("ada").text();

        for (String method : List.of("POST", "PUT", "PATCH", "DELETE")) {
            assertThat(WebRig.status(rig.to("/hub/api/any")
                            .header("Authorization", "token " + token)
                            .method(method, HttpRequest.BodyPublishers.noBody())))
                    .isEqualTo(200);
        }
    }

    @Test
    void reportedCredentialsOfAnotherKindDoNotExemptACookie() throws Exception {
        for (String authorization : List.of("Basic YTpi", "token", "Bearer", "")) {
            assertThat(WebRig.status(rig.to("/hub/api/any", root)
                            .header("Authorization", authorization)
                            .POST(HttpRequest.BodyPublishers.noBody())))
                    .isEqualTo(403);
        }
    }

    @Test
    void readingNeedsNoToken() throws Exception {
        assertThat(WebRig.status(rig.to("/signed-in", root).header("Sec-Fetch-Site", "cross-site")))
                .isEqualTo(200);
        assertThat(WebRig.status(rig.to("/signed-in", root).method("HEAD", HttpRequest.BodyPublishers.noBody())))
                .isEqualTo(200);
    }
}
