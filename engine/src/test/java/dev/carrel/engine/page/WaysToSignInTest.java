/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.engine.plugin.PackedPlugin;
import dev.carrel.engine.signin.AuditEvent;
import dev.carrel.engine.signin.Caller;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.signed.Claims;
import dev.carrel.protocol.signed.Purpose;
import dev.carrel.protocol.signed.SignedValues;
import dev.carrel.protocol.signed.SigningKeys;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ways to sign in that plugins add, over the real web server. The plugin believes everybody: what is refused here, the engine refuses. */
class WaysToSignInTest {
    private static final String FLOW = "carrel-flow";
    private static final String LOGIN = "carrel-login";

    @TempDir
    Path folder;

    private PageRig rig;
    private TestBrowser browser;

    @BeforeEach
    void start() throws Exception {
        rig = new PageRig(folder);
        PackedPlugin.into(folder.resolve("plugins"), "ways", WaysPlugin.class);
        PackedPlugin.into(folder.resolve("plugins"), "other", OtherWayPlugin.class);
        rig.startPlugins();
        browser = rig.browser();
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    private HttpResponse<String> comeBack(String query) {
        browser.get("/hub/auth/ways/begin");
        return browser.get("/hub/auth/ways/back" + query);
    }

    private boolean signedIn(TestBrowser who) {
        return who.cookies().containsKey(LOGIN);
    }

    private static void assertRefused(HttpResponse<String> answer, int status, String text) {
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.body()).contains(text).contains("name=\"password\"");
    }

    @Test
    void buttonsStandOnTheSignInPageAndLeadToTheirPlugin() {
        String page = browser.get("/hub/login?next=/hub/token").body();

        assertThat(page)
                .contains(
                        "<a class=\"button wide\" href=\"/hub/auth/ways/begin?next=%2Fhub%2Ftoken\">Go &lt;there&gt;</a>");
    }

    @ParameterizedTest
    @CsvSource({"Escapes,/../../login", "Leaves,//evil.example", "' ',/nameless", "Asks,/?x=1", "No slash,begin"})
    void aButtonLeadsToAPathOfItsPlugin(String label, String path) {
        assertThatThrownBy(() -> new dev.carrel.plugin.Authenticator.Button(label, path))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theFirstSignInMakesTheAccountAndTheSecondFindsIt() {
        HttpResponse<String> begun = browser.get("/hub/auth/ways/begin");
        assertThat(begun.statusCode()).isEqualTo(302);
        assertThat(begun.headers().firstValue("Location")).contains("https://id.example/authorize?x=1");

        HttpResponse<String> back = browser.get("/hub/auth/ways/back?subject=s1&name=Zo%C3%A9&email=z@x.org");

        assertThat(TestBrowser.onward(back)).isEqualTo("/hub/home");
        assertThat(browser.get("/hub/home").body()).contains(">zoé</a>");
        assertThat(browser.cookies()).doesNotContainKey(FLOW);

        browser = rig.browser();
        comeBack("?subject=s1&name=renamed");
        assertThat(browser.get("/hub/home").body()).contains(">zoé</a>");
        assertThat(rig.audit())
                .extracting(AuditEvent::action, AuditEvent::subject, AuditEvent::result)
                .contains(
                        org.assertj.core.groups.Tuple.tuple("user.added", "zoé", "done"),
                        org.assertj.core.groups.Tuple.tuple("login", "zoé", "done"));
    }

    @Test
    void aPageOfThePluginStandsInOurFrameAndItsFormSignsIn() {
        HttpResponse<String> page = browser.get("/hub/auth/ways/form?next=/hub/token");
        assertThat(page.body()).contains("<h1>A &lt;form&gt;</h1>").contains("<p id=\"own\">own</p>");
        browser.get("/hub/login");

        HttpResponse<String> answer = browser.post("/hub/auth/ways/back", "subject", "s2", "name", "yan");

        assertThat(TestBrowser.onward(answer)).isEqualTo("/hub/token");
        assertThat(browser.get("/hub/home").body()).contains(">yan</a>");
    }

    @Test
    void aFormWithoutTheTokenOfItsPageIsRefused() {
        browser.get("/hub/auth/ways/form");

        assertThat(browser.postWith("", "/hub/auth/ways/back").statusCode()).isEqualTo(403);
        assertThat(signedIn(browser)).isFalse();
    }

    @Test
    void aLinkSignsNobodyIn() {
        assertRefused(browser.get("/hub/auth/ways/back?subject=s1"), 403, "was not begun in this browser");

        assertThat(signedIn(browser)).isFalse();
        assertThat(rig.accounts().find(UserName.of("zoe"))).isEmpty();
    }

    @Test
    void whatAnotherBrowserBeganIsWorthNothing() {
        TestBrowser attacker = rig.browser();
        attacker.get("/hub/login");
        attacker.get("/hub/auth/ways/begin");
        browser.get("/hub/login");
        browser.cookies().put(FLOW, attacker.cookies().get(FLOW));

        assertRefused(browser.get("/hub/auth/ways/back"), 403, "was not begun in this browser");
        assertThat(signedIn(browser)).isFalse();
    }

    @Test
    void aFlowOfAnotherPluginIsWorthNothing() {
        browser.get("/hub/auth/other/form");

        assertRefused(browser.get("/hub/auth/ways/back"), 403, "was not begun in this browser");
    }

    @Test
    void aFlowThatWasTamperedWithIsWorthNothing() {
        browser.get("/hub/auth/ways/begin");
        String flow = browser.cookies().get(FLOW);
        char last = flow.charAt(20) == 'A' ? 'B' : 'A';
        for (String value : List.of(flow.substring(0, 20) + last + flow.substring(21), "", "x", "A".repeat(5000))) {
            browser.cookies().put(FLOW, value);
            assertThat(browser.get("/hub/auth/ways/back").statusCode()).isEqualTo(403);
            assertThat(signedIn(browser)).isFalse();
        }
    }

    @Test
    void aFlowIsOverAfterTenMinutes() {
        browser.get("/hub/auth/ways/begin");
        String visitor = browser.cookies().get("carrel-visitor");
        Flows.Flow flow = new Flows.Flow("id", "state", "");
        for (Map.Entry<Integer, Boolean> age : Map.of(599, true, 600, false).entrySet()) {
            TestBrowser late = rig.browser();
            late.cookies().put("carrel-visitor", visitor);
            late.cookies().put(FLOW, rig.sealed("ways", visitor, flow, age.getKey()));
            late.get("/hub/auth/ways/back");
            assertThat(signedIn(late)).as("after %d s", age.getKey()).isEqualTo(age.getValue());
        }
    }

    @Test
    void aFlowSignsInOnce() {
        browser.get("/hub/auth/ways/begin");
        Map<String, String> kept = Map.copyOf(browser.cookies());
        browser.get("/hub/auth/ways/back");
        assertThat(signedIn(browser)).isTrue();

        TestBrowser again = rig.browser();
        again.cookies().putAll(kept);
        assertRefused(again.get("/hub/auth/ways/back"), 403, "was over already");
        assertThat(signedIn(again)).isFalse();
    }

    @Test
    void ofManyAnswersToOneFlowOneCounts() throws Exception {
        browser.get("/hub/auth/ways/begin");
        List<Callable<Boolean>> same = java.util.Collections.nCopies(6, () -> {
            TestBrowser one = rig.browser();
            one.cookies().putAll(Map.copyOf(browser.cookies()));
            one.get("/hub/auth/ways/back");
            return signedIn(one);
        });

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Boolean> in = new java.util.ArrayList<>();
            for (Future<Boolean> one : threads.invokeAll(same)) {
                in.add(one.get());
            }
            assertThat(in).containsOnlyOnce(true);
        }
    }

    @Test
    void twoFlowsAtOnceAreNone() {
        browser.get("/hub/auth/ways/begin");
        String flow = browser.cookies().remove(FLOW);
        browser.cookies().put("planted=1; " + FLOW + "=x; " + FLOW, flow);

        assertThat(browser.get("/hub/auth/ways/back").statusCode()).isEqualTo(403);
    }

    @Test
    void theCookieOfAFlowIsForThisHostAloneAndNotForScripts() {
        String cookie = browser.get("/hub/auth/ways/begin").headers().allValues("Set-Cookie").stream()
                .filter(c -> c.startsWith(FLOW))
                .findFirst()
                .orElseThrow();

        assertThat(cookie)
                .contains("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=600")
                .doesNotContain("Domain", "state-of-begin");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.example/",
                "//evil.example/",
                "/\\evil.example",
                "/%09/evil.example",
                "javascript:alert(1)",
                "/hub/../../evil"
            })
    void whereToGoAfterwardsIsNeverElsewhere(String next) {
        String query = "next=" + java.net.URLEncoder.encode(next, java.nio.charset.StandardCharsets.UTF_8);
        browser.get("/hub/auth/ways/begin?" + query);
        assertThat(TestBrowser.onward(browser.get("/hub/auth/ways/back?" + query)))
                .isEqualTo("/hub/home");
    }

    @Test
    void whereToGoAfterwardsIsKept() {
        browser.get("/hub/auth/ways/begin?next=/hub/enter/zoe?next=/user/zoe/lab");
        browser.get("/hub/auth/ways/form");

        assertThat(TestBrowser.onward(browser.get("/hub/auth/ways/back")))
                .isEqualTo("/hub/enter/zoe?next=/user/zoe/lab");
    }

    @Test
    void anAccountOfThatNameStaysWithItsOwnerUntilAnAdministratorLinksTheTwo() {
        rig.addUser("zoe", true);

        assertRefused(comeBack("?subject=s1&name=Zoe"), 409, "There is an account &quot;zoe&quot; here already");
        assertThat(signedIn(browser)).isFalse();

        rig.identities().link(UserName.of("zoe"), "ways", "s1", Caller.COMMAND_LINE);
        comeBack("?subject=s1&name=Zoe");
        assertThat(browser.get("/hub/home").body()).contains(">zoe</a>");
    }

    @Test
    void theSameNameFromAnotherWayIsAnotherPerson() {
        comeBack("?subject=other&name=other");
        TestBrowser second = rig.browser();
        second.get("/hub/auth/other/form");

        assertRefused(second.get("/hub/auth/other/"), 409, "here already");
    }

    @Test
    void aDisabledAccountStaysOut() {
        comeBack("?subject=s1&name=zoe");
        rig.accounts().disable(UserName.of("zoe"), true, Caller.COMMAND_LINE);
        browser = rig.browser();

        assertRefused(comeBack("?subject=s1&name=zoe"), 403, "This account is disabled");
        assertThat(signedIn(browser)).isFalse();
    }

    @Test
    void takingTheLinkAwayEndsItsSignIns() {
        comeBack("?subject=s1&name=zoe");
        rig.identities().unlink(UserName.of("zoe"), "ways", "s1", Caller.COMMAND_LINE);

        assertThat(TestBrowser.onward(browser.get("/hub/home"))).startsWith("/hub/login");
        browser = rig.browser();
        assertRefused(comeBack("?subject=s1&name=zoe"), 409, "here already");
    }

    @ParameterizedTest
    @CsvSource({"a%2Fb,/", "a%20b,' '", "..,not a path", "'',empty"})
    void aNameThatNobodyCanHaveIsToldAndNotBent(String name, String why) {
        HttpResponse<String> answer = comeBack("?subject=s9&name=" + name);

        assertRefused(answer, 400, "You cannot have an account here under your name");
        assertThat(answer.body()).contains(why);
        assertThat(rig.accounts().count(dev.carrel.engine.signin.UserQuery.all(0, 10)))
                .isZero();
    }

    @Test
    void onlyTheFirstSignInMakesAnAdministrator() {
        comeBack("?subject=s1&name=zoe&admin=1");
        assertThat(rig.accounts().get(UserName.of("zoe")).admin()).isTrue();
        browser = rig.browser();
        comeBack("?subject=s2&name=yan");
        browser = rig.browser();
        comeBack("?subject=s2&name=yan&admin=1");
        assertThat(rig.accounts().get(UserName.of("yan")).admin()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"throws,502", "null,502", "exit,502"})
    void aPluginThatFailsIsToldApartFromOneThatRefuses(String path, int status) {
        HttpResponse<String> answer = browser.get("/hub/auth/ways/" + path);

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.body()).contains("Signing in this way failed").doesNotContain("secret cause");
    }

    @Test
    void whatIsRefusedIsSaidOnTheSignInPage() {
        assertRefused(browser.get("/hub/auth/ways/no"), 403, "Not &lt;you&gt;.");
        assertThat(browser.get("/hub/auth/unknown/").statusCode()).isEqualTo(404);
        assertThat(browser.get("/hub/auth/..%2F..%2Fx/").statusCode()).isGreaterThanOrEqualTo(400);
    }

    @Test
    void whoIsSignedInIsNotAskedAgain() {
        TestBrowser ada = rig.signedIn("ada", false);

        assertThat(TestBrowser.onward(ada.get("/hub/auth/ways/begin?next=/hub/token")))
                .isEqualTo("/hub/token");
        assertThat(ada.cookies()).doesNotContainKey(FLOW);
    }

    @Test
    void aPluginSeesNoCookiesNoCredentialsAndNothingThatOnlyAProxyMaySay() {
        browser.get("/hub/auth/ways/begin");
        String page = browser.getWith(
                        "/hub/auth/ways/seen?a=1&a=2",
                        "X-Real-IP",
                        "1.2.3.4",
                        "Remote-User",
                        "root",
                        "Remote_User",
                        "root",
                        "X-Forwarded-User",
                        "root",
                        "X-Carrel-Identity",
                        "root",
                        "Forwarded",
                        "for=1",
                        "X-Plain",
                        "seen")
                .body();

        assertThat(page)
                .contains("state=[state-of-begin] query={a=[1, 2]}")
                .contains("base=http://localhost:8000/hub/auth/ways remote=127.0.0.1 vouched=Optional.empty")
                .contains("x-plain")
                .doesNotContain(
                        "x-real-ip", "remote-user", "remote_user", "x-forwarded", "x-carrel", "forwarded]", "cookie");
    }

    @Test
    void whoeverIsRecognisedIsInOnceTheBrowserKeepsCookies() {
        HttpResponse<String> first = browser.getWith("/hub/login?next=/hub/token", "X-Badge", "zoe");
        assertThat(TestBrowser.onward(first)).isEqualTo("/hub/login?again=1&next=%2Fhub%2Ftoken");

        HttpResponse<String> second = browser.getWith(TestBrowser.onward(first), "X-Badge", "zoe");

        assertThat(TestBrowser.onward(second)).isEqualTo("/hub/token");
        assertThat(browser.get("/hub/home").body()).contains(">zoe</a>");
        assertRefused(rig.browser().getWith("/hub/login?again=1", "X-Badge", "zoe"), 403, "keeps no cookies");
        assertThat(browser.get("/hub/login").statusCode()).isEqualTo(302);
    }

    @Test
    void onlyTheRouterVouches() {
        browser.get("/hub/login");
        Instant now = Instant.now();
        Claims claims =
                new Claims("zoe", "engine", "r1", "192.0.2.9", List.of("remote-user"), now, now.plusSeconds(30));
        String foreign = new SignedValues(SigningKeys.parse("x", SigningKeys.freshLine()), Clock.systemUTC())
                .sign(Purpose.IDENTITY, claims);
        String ticket = rig.signed.sign(Purpose.TICKET, claims);
        String late = new SignedValues(rig.keys, Clock.offset(Clock.systemUTC(), java.time.Duration.ofSeconds(-31)))
                .sign(
                        Purpose.IDENTITY,
                        new Claims(
                                "zoe",
                                "engine",
                                "r1",
                                "192.0.2.9",
                                List.of("remote-user"),
                                now.minusSeconds(31),
                                now.minusSeconds(1)));
        for (String forged : List.of("zoe", foreign, ticket, late)) {
            assertThat(browser.getWith("/hub/login", "X-Carrel-Identity", forged)
                            .statusCode())
                    .isEqualTo(200);
            assertThat(signedIn(browser)).isFalse();
        }
        String genuine = rig.signed.sign(Purpose.IDENTITY, claims);
        assertThat(browser.getWith("/hub/login", "X-Carrel-Identity", genuine, "X-Carrel-Identity", genuine)
                        .statusCode())
                .isEqualTo(200);

        browser.getWith("/hub/login", "X-Carrel-Identity", genuine);

        assertThat(browser.get("/hub/home").body()).contains(">zoe</a>");
    }

    @Test
    void whoeverIsRecognisedButNotLetInCanStillUseThePassword() {
        rig.addUser("zoe", false);
        browser.get("/hub/login");

        assertRefused(browser.getWith("/hub/login", "X-Badge", "zoe"), 409, "here already");
    }

    @Test
    void anAddressThatFailsTooOftenHasToWait() {
        for (int i = 0; i < PageRig.ATTEMPTS_PER_ADDRESS; i++) {
            browser.get("/hub/auth/ways/no");
        }

        HttpResponse<String> answer = browser.get("/hub/auth/ways/begin");

        assertRefused(answer, 429, "Too many attempts");
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
    }
}
