/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.engine.deferred.DeferredParts;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The pages on which functions are published, tried, taken back to an earlier version and deleted, by forms alone. */
class FunctionPagesTest {
    private static final String ADD = "def add(a, b):\n    return a + b\n";

    @TempDir
    Path folder;

    private PageRig rig;
    private TestBrowser alice;

    @BeforeEach
    void start() throws IOException {
        rig = new PageRig(folder);
        alice = rig.signedIn("alice", false);
        alice.get("/hub/functions");
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    private HttpResponse<String> publish(String name, String code, String visibility, String users) {
        return alice.post(
                "/hub/functions",
                "name",
                name,
                "runtime",
                "python3",
                "code",
                code,
                "notebook",
                "",
                "visibility",
                visibility,
                "users",
                users);
    }

    @Test
    void whoHasPublishedNothingSeesHow() {
        assertThat(alice.get("/hub/functions").body())
                .contains("You have published nothing yet.")
                .contains("def add(a, b)");
    }

    @Test
    void whatIsPublishedHasAPageWithItsAddress() {
        HttpResponse<String> published = publish("calc", ADD, "users", "bob, carol");

        assertThat(published.statusCode()).isEqualTo(303);
        assertThat(TestBrowser.onward(published)).isEqualTo("/hub/functions/calc");
        assertThat(alice.get("/hub/functions").body()).contains("/function/calc.alice", "for you and bob, carol");
        assertThat(alice.get("/hub/functions/calc").body())
                .contains("$CARREL_API_TOKEN", "/function/calc.alice", "return a + b");
    }

    @Test
    void whoIsNamedFindsItOnTheirOwnPage() {
        publish("calc", ADD, "users", "bob");
        publish("unseen", ADD, "private", "");
        TestBrowser bob = rig.signedIn("bob", false);

        assertThat(bob.get("/hub/functions").body())
                .contains("Shared with you", "/function/calc.alice")
                .doesNotContain("unseen");
        assertThat(rig.signedIn("carol", false).get("/hub/functions").body()).doesNotContain("Shared with you");
        assertThat(bob.get("/hub/functions/calc").statusCode()).isEqualTo(404);
    }

    @Test
    void onWhatEverybodyMayCallTheCommandLineNeedsNoToken() {
        publish("calc", ADD, "public", "");

        assertThat(alice.get("/hub/functions/calc").body())
                .contains("for everybody")
                .doesNotContain("$CARREL_API_TOKEN");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Not A Name | def f(): pass | public   | function name:
            calc       | ''            | public   | code:
            calc       | def f(): pass | everyone | Choose who may call it.
            """)
    void whatIsRefusedStaysInTheForm(String name, String code, String visibility, String why) {
        HttpResponse<String> refused = publish(name, code, visibility, "");

        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains(why).contains("value=\"" + name + "\"");
    }

    @Test
    void publishingAgainMakesAVersionAndAnEarlierOneCanBeActiveAgain() {
        publish("calc", ADD, "private", "");
        publish("calc", ADD.replace("+", "-"), "private", "");
        assertThat(alice.get("/hub/functions/calc").body()).contains("return a - b");

        HttpResponse<String> back = alice.post("/hub/functions/calc/activate", "version", "1");

        assertThat(TestBrowser.onward(back)).isEqualTo("/hub/functions/calc");
        assertThat(alice.get("/hub/functions/calc").body()).contains("return a + b");
        assertThat(alice.post("/hub/functions/calc/activate", "version", "99").statusCode())
                .isEqualTo(404);
    }

    @Test
    void whatIsDeletedIsGone() {
        publish("calc", ADD, "private", "");

        HttpResponse<String> deleted = alice.post("/hub/functions/calc/delete");

        assertThat(TestBrowser.onward(deleted)).isEqualTo("/hub/functions");
        assertThat(alice.get("/hub/functions/calc").statusCode()).isEqualTo(404);
    }

    @Test
    void othersFunctionsAreNotOnOnesPages() {
        publish("calc", ADD, "public", "");
        TestBrowser bob = rig.signedIn("bob", true);

        assertThat(bob.get("/hub/functions").body()).doesNotContain("calc.alice");
        assertThat(bob.get("/hub/functions/calc").statusCode()).isEqualTo(404);
    }

    @Test
    void whoHasAsManyAsMayBeIsNotAskedForMore() {
        publish("one", ADD, "private", "");
        publish("two", ADD, "private", "");

        assertThat(alice.get("/hub/functions").body()).contains("2 functions are published, which is as many as");
        assertThat(publish("three", ADD, "private", "").statusCode()).isEqualTo(409);
    }

    private String called() {
        publish("calc", ADD, "private", "");
        HttpResponse<String> taken =
                alice.post("/hub/functions/calc/try", "handler", "add", "arguments", "1\r\n2", "later", "yes");
        assertThat(taken.statusCode()).as(taken.body()).isEqualTo(303);
        Matcher place = Pattern.compile("/hub/functions/calc\\?call=([a-z2-7]{26})#later")
                .matcher(TestBrowser.onward(taken));
        assertThat(place.matches()).as(TestBrowser.onward(taken)).isTrue();
        return place.group(1);
    }

    @Test
    void whoDoesNotWaitSeesHowFarTheCallIsAndMayCancelIt() {
        assertThat(alice.get("/hub/functions").body()).doesNotContain("Calls without waiting");
        String id = called();

        String page = alice.get("/hub/functions/calc?call=" + id).body();
        assertThat(page)
                .contains("Calls without waiting", "is waiting", "look again", ">Waiting<", "by alice")
                .contains("Cancel " + id);

        HttpResponse<String> cancelled = alice.post("/hub/functions/calc/cancel", "call", id);
        assertThat(TestBrowser.onward(cancelled)).isEqualTo("/hub/functions/calc#later");
        assertThat(alice.get("/hub/functions/calc").body()).doesNotContain(id);
        assertThat(alice.get("/hub/functions/calc?call=" + id).body()).contains("is not known any more");
    }

    @Test
    void whatCameOfACallIsShownAsTextToItsOwnerOnly() {
        String id = called();
        rig.finish(id, 422, "function.raised", "ValueError: <script>alert(1)</script>", "line 3");

        assertThat(alice.get("/hub/functions/calc?call=" + id).body())
                .contains("answered 422", "ValueError: &lt;script&gt;alert(1)&lt;/script&gt;", "line 3", ">Failed<")
                .doesNotContain("<script>alert", "Cancel " + id);
        alice.post("/hub/functions/calc/cancel", "call", id);
        assertThat(alice.get("/hub/functions/calc?call=" + id).body()).contains("answered 422");

        publish("other", ADD, "private", "");
        assertThat(alice.get("/hub/functions/other?call=" + id).body())
                .contains("is not known any more")
                .doesNotContain("ValueError");
        TestBrowser bob = rig.signedIn("bob", true);
        assertThat(bob.get("/hub/functions/calc?call=" + id).statusCode()).isEqualTo(404);
        bob.post("/hub/functions/calc/cancel", "call", id);
        assertThat(alice.get("/hub/functions/calc?call=" + id).body()).contains("answered 422");
    }

    @Test
    void ofTooManyCallsIsSaidSo() {
        publish("calc", ADD, "private", "");
        for (int i = 0; i < DeferredParts.PER_OWNER; i++) {
            assertThat(alice.post("/hub/functions/calc/try", "handler", "", "arguments", "", "later", "yes")
                            .statusCode())
                    .isEqualTo(303);
        }
        HttpResponse<String> last =
                alice.post("/hub/functions/calc/try", "handler", "", "arguments", "", "later", "yes");

        assertThat(last.statusCode()).isEqualTo(409);
        assertThat(last.body()).contains("As many calls of your functions are without a result as may.");
    }
}
