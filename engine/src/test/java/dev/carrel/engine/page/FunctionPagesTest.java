/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
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
}
