/* Copyright the Carrel authors. */
package dev.carrel.engine.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.http.server.Route;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WhoMayUseWhatTest {
    @TempDir
    Path folder;

    private WebRig rig;

    @BeforeEach
    void open() {
        rig = new WebRig(folder);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    /** Which answer a caller gets; a rule without a row here fails the test. */
    private static int expected(Access access, String caller, String method) {
        boolean read = method.equals("GET");
        return switch (access) {
            case Access.Open _, Access.Call _ -> 200;
            case Access.SignedIn _ ->
                switch (caller) {
                    case "person", "admin" -> 200;
                    default -> read ? 302 : 403;
                };
            case Access.Administrator _ ->
                switch (caller) {
                    case "admin" -> 200;
                    case "person" -> 403;
                    default -> read ? 302 : 403;
                };
            case Access.Api _ -> caller.equals("anonymous") ? 403 : 200;
        };
    }

    private HttpRequest.Builder ask(String caller, String method, String path) throws Exception {
        HttpRequest.Builder request = rig.to(path).method(method, HttpRequest.BodyPublishers.noBody());
        return switch (caller) {
            case "person" -> as(rig.person("ada"), request);
            case "admin" -> as(rig.person("root"), request);
            case "token" ->
                request.header(
                        "Authorization", "token " + rig.signin.token("ada").text());
            case "token of an admin" ->
                request.header(
                        "Authorization", "Bearer " + rig.signin.token("root").text());
            default -> visitor(request);
        };
    }

    private HttpRequest.Builder as(WebRig.Browser browser, HttpRequest.Builder request) {
        return request.header("Cookie", rig.cookieName() + "=" + browser.secret())
                .header("X-XSRFToken", browser.xsrf());
    }

    private HttpRequest.Builder visitor(HttpRequest.Builder request) throws Exception {
        HttpResponse<String> page = WebRig.send(rig.to("/open"));
        String cookie = page.headers().firstValue("set-cookie").orElseThrow().split(";", 2)[0];
        return request.header("Cookie", cookie)
                .header("X-XSRFToken", page.body().split("\\|", -1)[0]);
    }

    @Test
    void everyRouteAnswersEveryCallerByItsRule() throws Exception {
        Map<String, Integer> answered = new LinkedHashMap<>();
        Map<String, Integer> wanted = new LinkedHashMap<>();
        for (Route route : rig.routes()) {
            Access access = route.tag(Access.class).orElseThrow(() -> new AssertionError("no rule: " + route));
            if (!WebRig.RULES.containsKey(route.pattern())) {
                continue;
            }
            for (String caller : new String[] {"anonymous", "person", "admin", "token", "token of an admin"}) {
                String cell = route.method() + " " + route.pattern() + " by " + caller;
                answered.put(cell, WebRig.status(ask(caller, route.method(), route.pattern())));
                wanted.put(cell, expected(access, caller, route.method()));
            }
        }

        assertThat(answered).isEqualTo(wanted).hasSize(5 * (2 * 5 + 3));
    }

    @Test
    void theMatrixHasARouteOfEveryRule() {
        assertThat(rig.routes().stream()
                        .map(r -> r.tag(Access.class).orElseThrow().getClass())
                        .collect(Collectors.toSet()))
                .isEqualTo(Set.of(Access.class.getPermittedSubclasses()));
    }

    @Test
    void aCallOfAFunctionKnowsNobodyByCookieAndComesFromAnywhere() throws Exception {
        WebRig.Browser ada = rig.person("ada");

        HttpResponse<String> read = WebRig.send(rig.to("/call", ada));
        assertThat(read.body()).isEqualTo("|");
        assertThat(read.headers().firstValue("set-cookie")).isEmpty();
        assertThat(WebRig.send(rig.to("/call")).headers().firstValue("set-cookie"))
                .isEmpty();
        HttpResponse<String> change = WebRig.send(rig.to("/call", ada)
                .header("Origin", "https://elsewhere.example")
                .header("Sec-Fetch-Site", "cross-site")
                .POST(HttpRequest.BodyPublishers.noBody()));
        assertThat(change.statusCode()).isEqualTo(200);
        assertThat(change.body()).isEmpty();
        assertThat(WebRig.send(rig.to("/call", ada)
                                .header(
                                        "Authorization",
                                        "Bearer " + rig.signin.token("root").text()))
                        .body())
                .isEqualTo("|root");
    }

    @Test
    void strangersAreLedToTheSignInPageAndBack() throws Exception {
        HttpResponse<String> response = WebRig.send(rig.to("/signed-in?a=b%20c&next=//evil.example"));

        assertThat(response.statusCode()).isEqualTo(302);
        assertThat(response.headers().firstValue("location"))
                .contains("/hub/login?next=%2Fsigned-in%3Fa%3Db%2520c%26next%3D%2F%2Fevil.example");
        assertThat(response.headers().firstValue("cache-control")).contains("no-store");
    }

    @Test
    void aWayBackThatIsTooLongIsForgotten() throws Exception {
        HttpResponse<String> response = WebRig.send(rig.to("/signed-in?" + "x".repeat(3000)));

        assertThat(response.headers().firstValue("location")).contains("/hub/login");
    }

    @Test
    void aTokenThatIsNoneIsNobodyEvenBesideAGoodCookie() throws Exception {
        WebRig.Browser ada = rig.person("ada");

        assertThat(WebRig.status(rig.to("/hub/api/any", ada))).isEqualTo(200);
        assertThat(WebRig.status(rig.to("/hub/api/any", ada).header("Authorization", "token x")))
                .isEqualTo(403);
        assertThat(WebRig.status(
                        rig.to("/hub/api/any?token=" + rig.signin.token("ada").text())))
                .isEqualTo(403);
    }

    @Test
    void aSignInThatEndedIsNobodyFromTheNextRequestOn() throws Exception {
        WebRig.Browser ada = rig.person("ada");
        WebRig.Browser elsewhere = rig.person("ada");
        String token = rig.signin.token("ada").text();

        assertThat(WebRig.status(rig.post("/sign-out", ada))).isEqualTo(303);
        assertThat(WebRig.status(rig.to("/hub/api/any", ada))).isEqualTo(403);
        assertThat(WebRig.status(rig.to("/hub/api/any", elsewhere))).isEqualTo(200);

        rig.signin.accounts.disable(
                dev.carrel.protocol.name.UserName.of("ada"), true, dev.carrel.engine.signin.Caller.COMMAND_LINE);
        assertThat(WebRig.status(rig.to("/hub/api/any", elsewhere))).isEqualTo(403);
        assertThat(WebRig.status(rig.to("/hub/api/any").header("Authorization", "token " + token)))
                .isEqualTo(403);
    }
}
