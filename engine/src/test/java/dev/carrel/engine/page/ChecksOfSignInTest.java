/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.engine.plugin.PackedPlugin;
import dev.carrel.protocol.name.UserName;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Plugins that have a say before somebody is signed in, by whatever method, over the real web server. */
class ChecksOfSignInTest {
    @TempDir
    Path folder;

    private PageRig rig;
    private TestBrowser browser;

    @BeforeEach
    void start() throws Exception {
        rig = new PageRig(folder);
        PackedPlugin.into(folder.resolve("plugins"), "ways", WaysPlugin.class);
        PackedPlugin.into(folder.resolve("plugins"), "checks", ChecksPlugin.class);
        rig.startPlugins();
        browser = rig.browser();
        browser.get("/hub/login");
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    private HttpResponse<String> byPassword(String name) {
        rig.addUser(name, false);
        return browser.post("/hub/login", "username", name, "password", PageRig.PASSWORD);
    }

    private HttpResponse<String> byPlugin(String name) {
        browser.get("/hub/auth/ways/begin");
        return browser.get("/hub/auth/ways/back?subject=s-" + name + "&email=x@y.org&verified=1&name=" + name);
    }

    private HttpResponse<String> byInvitation(String name) {
        rig.accounts()
                .add(
                        UserName.of(name),
                        java.util.Optional.empty(),
                        false,
                        dev.carrel.engine.signin.Caller.COMMAND_LINE);
        String link = "/hub/invite/" + rig.invite(name);
        browser.get(link);
        HttpResponse<String> refused = browser.post(link, "password", PageRig.PASSWORD, "repeated", PageRig.PASSWORD);
        // It can still be used.
        assertThat(browser.get(link).statusCode()).isEqualTo(200);
        return refused;
    }

    private HttpResponse<String> by(String method, String name) {
        return switch (method) {
            case "password" -> byPassword(name);
            case "ways" -> byPlugin(name);
            default -> byInvitation(name);
        };
    }

    private void assertNotIn() {
        assertThat(browser.cookies()).doesNotContainKey("carrel-login");
    }

    @Test
    void whoeverIsAllowedIsIn() {
        assertThat(TestBrowser.onward(byPassword("ada"))).isEqualTo("/hub/home");
        browser = rig.browser();
        assertThat(TestBrowser.onward(byPlugin("bob"))).isEqualTo("/hub/home");
    }

    @ParameterizedTest
    @ValueSource(strings = {"password", "ways", "invitation"})
    void whoeverIsRefusedReadsWhy(String method) {
        HttpResponse<String> answer = by(method, "refused");

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).contains("Not &lt;today&gt;, " + method + ".");
        assertNotIn();
    }

    @ParameterizedTest
    @ValueSource(strings = {"password", "ways", "invitation"})
    void whoeverIsLedElsewhereGetsAPageThatLeadsThere(String method) {
        HttpResponse<String> answer = by(method, "moved");

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body())
                .contains("We &lt;moved&gt;.")
                .contains("content=\"10;url=https://new.example/in?a=b&amp;c=d\"")
                .contains("href=\"https://new.example/in?a=b&amp;c=d\">Go to new.example</a>");
        assertNotIn();
    }

    @ParameterizedTest
    @CsvSource({"password,onward", "ways,s-onward", "invitation,onward"})
    void whoeverIsToGoOnComesToThePluginsPageWithItsState(String method, String subject) {
        HttpResponse<String> answer = by(method, "onward");

        assertThat(answer.statusCode()).isEqualTo(303);
        assertThat(answer.headers().firstValue("Location")).contains("/hub/auth/checks/step");
        assertThat(browser.get("/hub/auth/checks/step").body())
                .contains("A step", "<p>/step for " + method + " " + subject + "</p>");
        assertThat(rig.browser().get("/hub/auth/checks/step").body()).contains("<p>/step </p>");
        assertNotIn();
    }

    @Test
    void withoutAMessageItGoesAtOnce() {
        assertThat(byPassword("gone").body()).contains("content=\"0;url=https://new.example/\"");
    }

    @ParameterizedTest
    @CsvSource({"throws,password", "null,password", "slow,password", "throws,ways", "throws,invitation"})
    void aCheckThatGivesNoAnswerKeepsPeopleOut(String name, String method) {
        HttpResponse<String> answer = by(method, name);

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).contains("5");
        assertThat(answer.body())
                .contains("the check &quot;checks&quot; could not be made")
                .doesNotContain("secret cause");
        assertNotIn();
    }

    @ParameterizedTest
    @ValueSource(strings = {"refused", "moved", "onward", "throws"})
    void nobodyGetsAnAccountWhoIsNotLetIn(String name) {
        byPlugin(name);

        assertThat(rig.accounts().find(UserName.of(name))).isEmpty();
    }

    @Test
    void aWrongPasswordIsNotHintedAt() {
        rig.addUser("refused", false);

        HttpResponse<String> answer = browser.post("/hub/login", "username", "refused", "password", "wrong");

        assertThat(answer.body()).contains("Wrong name or password.").doesNotContain("today");
    }

    @Test
    void theCheckIsToldWhatIsKnown() {
        assertThat(byPlugin("told").body())
                .contains("method=ways", "subject=s-told", "user=told", "email=Optional[x@y.org], emailVerified=true")
                .contains("groups=[staff], exists=false, newcomer=true, administrator=false, remote=127.0.0.1");
        assertThat(byPassword("told").body())
                .contains(
                        "method=password",
                        "subject=told",
                        "exists=true",
                        "email=Optional.empty, emailVerified=false",
                        "newcomer=true");
    }

    @Test
    void aRequiredCheckThatIsNotThereKeepsEverybodyOut() throws Exception {
        rig.close();
        rig = new PageRig(folder, "checks, absent");
        rig.startPlugins();
        browser = rig.browser();
        browser.get("/hub/login");

        HttpResponse<String> answer = byPassword("ada");

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).contains("the check &quot;absent&quot; could not be made");
        assertNotIn();
    }
}
