/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.engine.signin.Caller;
import dev.carrel.protocol.name.UserName;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Signing in by password and by one-time link, and out. */
class SignInPagesTest {
    private static final String COOKIE = "carrel-login";

    @TempDir
    Path folder;

    private PageRig rig;
    private TestBrowser browser;

    @BeforeEach
    void start() throws IOException {
        rig = new PageRig(folder);
        rig.addUser("alice", false);
        browser = rig.browser();
        browser.get("/hub/login");
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void theFrontDoorLeadsHomeAndHomeToSignIn() {
        assertThat(TestBrowser.onward(rig.browser().get("/"))).isEqualTo("/hub/home");
        assertThat(TestBrowser.onward(rig.browser().get("/hub/home"))).isEqualTo("/hub/login?next=%2Fhub%2Fhome");
    }

    @Test
    void theRightPasswordLeadsHome() {
        HttpResponse<String> answer = signIn("Alice", PageRig.PASSWORD, "");

        assertThat(answer.statusCode()).isEqualTo(303);
        assertThat(TestBrowser.onward(answer)).isEqualTo("/hub/home");
        assertThat(browser.get("/hub/home").body()).contains(">alice</a>");
    }

    @Test
    void whereverElseOneWantedToGoThePageMovesOnByItself() {
        HttpResponse<String> answer = signIn("alice", PageRig.PASSWORD, "/hub/enter/alice?next=/user/alice/lab");

        // A redirect of a form to another origin would be stopped by form-action.
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(TestBrowser.onward(answer)).isEqualTo("/hub/enter/alice?next=/user/alice/lab");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.example/",
                "//evil.example/",
                "///evil.example",
                "/\\evil.example",
                "\\\\evil.example",
                "/%09/evil.example",
                "/%2fevil.example",
                "javascript:alert(1)",
                "/hub/../../evil",
                "evil",
                "/hub/home\r\nSet-Cookie: x=y",
                "/\u2025/evil"
            })
    void neverLeadsToAnotherSite(String next) {
        assertThat(TestBrowser.onward(signIn("alice", PageRig.PASSWORD, next))).isEqualTo("/hub/home");
        assertThat(TestBrowser.onward(
                        browser.get("/hub/login?next=" + URLEncoder.encode(next, StandardCharsets.UTF_8))))
                .isEqualTo("/hub/home");
    }

    @Test
    void tellsNobodyWhatWasWrong() {
        rig.addUser("carol", false);
        rig.accounts().disable(UserName.of("carol"), true, Caller.COMMAND_LINE);

        HttpResponse<String> wrongPassword = signIn("alice", "wrong password", "/hub/token");
        HttpResponse<String> unknown = signIn("nobody", "wrong password", "/hub/token");
        HttpResponse<String> disabled = signIn("carol", PageRig.PASSWORD, "/hub/token");
        HttpResponse<String> impossible = signIn("a".repeat(300), "wrong password", "/hub/token");

        for (HttpResponse<String> answer : List.of(wrongPassword, unknown, disabled, impossible)) {
            assertThat(answer.statusCode()).isEqualTo(403);
            assertThat(answer.body())
                    .contains("Wrong name or password.")
                    .contains("name=\"next\" value=\"/hub/token\"");
            assertThat(answer.body()).doesNotContain("value=\"wrong password\"");
        }
        assertThat(wrongPassword.body()).contains("value=\"alice\"");
        assertThat(impossible.body()).doesNotContain("aaaaaaaaaa");
        assertThat(browser.cookies()).doesNotContainKey(COOKIE);
    }

    @Test
    void slowsGuessingDown() {
        for (int i = 0; i < 3; i++) {
            assertThat(signIn("alice", "guess " + i, "").statusCode()).isEqualTo(403);
        }

        HttpResponse<String> answer = signIn("alice", PageRig.PASSWORD, "");

        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(Long.parseLong(answer.headers().firstValue("Retry-After").orElseThrow()))
                .isPositive();
        assertThat(answer.body()).contains("Too many attempts");
    }

    @Test
    void signsNobodyInWithoutItsOwnForm() {
        HttpResponse<String> answer =
                browser.postWith("forged", "/hub/login", "username", "alice", "password", PageRig.PASSWORD);

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(browser.cookies()).doesNotContainKey(COOKIE);
    }

    @Test
    void whoIsSignedInIsNotAskedAgain() {
        signIn("alice", PageRig.PASSWORD, "");

        assertThat(TestBrowser.onward(browser.get("/hub/login?next=/hub/token")))
                .isEqualTo("/hub/token");
    }

    @Test
    void signingOutEndsItAlsoForACopyOfTheCookie() {
        signIn("alice", PageRig.PASSWORD, "");
        browser.get("/hub/home");
        TestBrowser thief = rig.browser();
        thief.cookies().putAll(browser.cookies());
        assertThat(thief.get("/hub/home").statusCode()).isEqualTo(200);

        HttpResponse<String> answer = browser.post("/hub/logout");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("You are signed out");
        assertThat(browser.cookies()).doesNotContainKey(COOKIE);
        assertThat(TestBrowser.onward(thief.get("/hub/home"))).startsWith("/hub/login");
    }

    @Test
    void aLinkCannotSignAnybodyOut() {
        signIn("alice", PageRig.PASSWORD, "");

        assertThat(browser.get("/hub/logout").statusCode()).isEqualTo(405);
        assertThat(browser.get("/hub/home").statusCode()).isEqualTo(200);
    }

    @Test
    void aOneTimeLinkSetsThePasswordAndSignsIn() {
        String link = "/hub/invite/" + rig.invite("alice");
        assertThat(browser.get(link).body()).contains(">alice</strong>", "minlength=\"10\"");

        HttpResponse<String> answer =
                browser.post(link, "password", "a new pass phrase", "repeated", "a new pass phrase");

        assertThat(TestBrowser.onward(answer)).isEqualTo("/hub/home");
        assertThat(browser.get("/hub/home").statusCode()).isEqualTo(200);
        assertThat(rig.accounts().passwordIs(UserName.of("alice"), "a new pass phrase"))
                .isTrue();
    }

    @Test
    void aOneTimeLinkSurvivesABadPasswordButNotAGoodOne() {
        String link = "/hub/invite/" + rig.invite("alice");
        browser.get(link);

        HttpResponse<String> different = browser.post(link, "password", "a new pass phrase", "repeated", "another");
        HttpResponse<String> tooShort = browser.post(link, "password", "short", "repeated", "short");
        HttpResponse<String> good =
                browser.post(link, "password", "a new pass phrase", "repeated", "a new pass phrase");
        HttpResponse<String> again = rig.browser().get(link);

        assertThat(different.statusCode()).isEqualTo(400);
        assertThat(different.body()).contains("The two passwords differ.");
        assertThat(tooShort.statusCode()).isEqualTo(400);
        assertThat(good.statusCode()).isEqualTo(303);
        assertThat(again.statusCode()).isEqualTo(410);
        assertThat(again.body()).contains("used up", "href=\"/hub/login\"");
    }

    @Test
    void anInventedLinkIsToldAsOneThatIsUsedUp() {
        assertThat(browser.get("/hub/invite/guess").statusCode()).isEqualTo(410);
        assertThat(browser.post("/hub/invite/guess", "password", "x", "repeated", "x")
                        .statusCode())
                .isEqualTo(410);
    }

    private HttpResponse<String> signIn(String name, String password, String next) {
        return browser.post("/hub/login", "username", name, "password", password, "next", next);
    }
}
