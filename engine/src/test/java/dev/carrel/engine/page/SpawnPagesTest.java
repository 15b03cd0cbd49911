/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import static dev.carrel.engine.page.PageRig.ALICE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.engine.session.SessionFailure;
import dev.carrel.engine.session.SessionState;
import dev.carrel.protocol.name.SessionAddress;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Starting, watching and stopping one's sessions. */
class SpawnPagesTest {
    @TempDir
    Path folder;

    private PageRig rig;
    private TestBrowser alice;

    @BeforeEach
    void start() throws IOException {
        rig = new PageRig(folder);
        alice = rig.signedIn("alice", false);
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void homeOffersTheMainSessionToANewcomer() {
        HttpResponse<String> home = alice.get("/hub/home");

        assertThat(home.statusCode()).isEqualTo(200);
        assertThat(home.body())
                .contains("Main session", "Not started", "action=\"/hub/spawn/alice\"", "value=\"minimal\"");
    }

    @Test
    void homeShowsTheMainSessionFirstAndTheOthersByName() {
        rig.sessions.put(PageRig.address("alice", "zeta"), SessionState.READY);
        rig.sessions.put(
                PageRig.address("alice", "beta"), SessionState.FAILED, "Out of memory.", List.of("Killed <9>"));
        rig.sessions.put(PageRig.address("bob", "secret"), SessionState.READY);

        String body = alice.get("/hub/home").body();

        assertThat(body).containsSubsequence("Main session", "beta", "Out of memory.", "Killed &lt;9&gt;", "zeta");
        assertThat(body).doesNotContain("secret", "upstream");
    }

    @Test
    void startLeadsToItsProgress() {
        HttpResponse<String> answer = alice.post("/hub/spawn/alice", "image", "minimal");

        assertThat(answer.statusCode()).isEqualTo(303);
        assertThat(TestBrowser.onward(answer)).isEqualTo("/hub/spawn-pending/alice");
        assertThat(rig.sessions.changes()).containsExactly("start alice/ minimal");
    }

    @Test
    void progressShowsWhatHasHappenedAndWhereMoreIsTold() {
        rig.sessions.put(PageRig.address("alice", "my.lab"), SessionState.STARTING);
        rig.sessions.step(10, "Server requested");
        rig.sessions.step(40, "Container made");

        String body = alice.get("/hub/spawn-pending/alice/my.lab").body();

        assertThat(body)
                .contains("value=\"40\"")
                .contains("data-events=\"/hub/api/users/alice/servers/my.lab/progress\"")
                .contains("data-enter=\"/hub/enter/alice/my.lab\"")
                .containsSubsequence("<li>", "Server requested", "<li>", "Container made");
    }

    @Test
    void aFailureTellsWhyAndOffersAnotherStart() {
        rig.sessions.put(ALICE, SessionState.FAILED, "The image ended at once.", List.of("no such file: <start>"));

        String body = alice.get("/hub/spawn/alice").body();

        assertThat(body).contains("The image ended at once.", "no such file: &lt;start&gt;", "Start again");
    }

    @Test
    void aRefusedStartTellsWhyAndWhenToComeAgain() {
        rig.sessions.refuse(new SessionFailure(SessionFailure.Kind.TOO_MANY, "9 sessions are starting just now."));

        HttpResponse<String> answer = alice.post("/hub/spawn/alice");

        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.headers().firstValue("Retry-After")).contains("30");
        assertThat(answer.body()).contains("9 sessions are starting just now.", "action=\"/hub/spawn/alice\"");
    }

    @Test
    void twoClicksStartOnce() {
        alice.post("/hub/spawn/alice");
        HttpResponse<String> second = alice.post("/hub/spawn/alice");

        assertThat(TestBrowser.onward(second)).isEqualTo("/hub/spawn-pending/alice");
        assertThat(rig.sessions.find(ALICE).orElseThrow().state()).isEqualTo(SessionState.PENDING);
    }

    @Test
    void aStartAskedForWhileItStopsFollowsTheStopAndIsWatchedUntilItBegins() {
        rig.sessions.put(ALICE, SessionState.STOPPING);
        assertThat(alice.get("/hub/spawn-pending/alice?next=/user/alice/lab/tree/a.ipynb")
                        .body())
                .contains(
                        "action=\"/hub/spawn/alice\"",
                        "value=\"/user/alice/lab/tree/a.ipynb\"",
                        "Say so now, and it starts by itself.");

        HttpResponse<String> answer = alice.post("/hub/spawn/alice", "next", "/user/alice/lab/tree/a.ipynb");

        String watched = TestBrowser.onward(answer);
        assertThat(watched).startsWith("/hub/spawn-pending/alice?next=");
        assertThat(rig.sessions.changes()).containsExactly("restart alice/ (default)");
        assertThat(alice.get(watched).body())
                .contains("It starts again as soon as it has stopped.")
                .doesNotContain("action=\"/hub/spawn/alice\"");
        rig.sessions.put(ALICE, SessionState.STOPPED);
        assertThat(alice.get(watched).body()).contains("data-state=\"stopping\"");
    }

    @Test
    void stopLeadsHome() {
        rig.sessions.put(ALICE, SessionState.READY);

        assertThat(TestBrowser.onward(alice.post("/hub/stop/alice"))).isEqualTo("/hub/home");
        assertThat(TestBrowser.onward(alice.post("/hub/stop/alice/other"))).isEqualTo("/hub/home");
        assertThat(rig.sessions.changes().getFirst()).isEqualTo("stop alice/: You stopped it.");
    }

    @Test
    void addsASessionUnderAName() {
        HttpResponse<String> answer = alice.post("/hub/home/servers", "server", " thesis ", "image", "scientific");

        assertThat(TestBrowser.onward(answer)).isEqualTo("/hub/spawn-pending/alice/thesis");
        assertThat(rig.sessions.changes()).containsExactly("start alice/thesis scientific");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", "My Lab", "a/b", "..", "<script>", "ü"})
    void refusesNamesThatNoSessionCanHave(String name) {
        HttpResponse<String> answer = alice.post("/hub/home/servers", "server", name);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("class=\"notice bad\"").doesNotContain("<script>");
        assertThat(rig.sessions.changes()).isEmpty();
    }

    @Test
    void whoMayAddNoMoreIsOfferedNoForm() {
        assertThat(alice.get("/hub/home").body()).contains("/hub/home/servers");
        for (int i = 0; i < 3; i++) {
            rig.sessions.put(PageRig.address("alice", "s" + i), SessionState.STOPPED);
        }
        assertThat(alice.get("/hub/home").body()).doesNotContain("/hub/home/servers");
    }

    @Test
    void oneNameTooManyIsToldOnItsStartPage() {
        rig.sessions.refuse(new SessionFailure(SessionFailure.Kind.TOO_MANY_NAMED, "You have 3 already."));

        HttpResponse<String> answer = alice.post("/hub/home/servers", "server", "onemore");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("You have 3 already.");
    }

    @Test
    void aStoppedSessionUnderANameCanBeDeletedAndARunningOneCannot() {
        SessionAddress thesis = PageRig.address("alice", "thesis");
        rig.sessions.put(thesis, SessionState.READY);
        assertThat(alice.get("/hub/home").body()).doesNotContain("/hub/delete/");
        assertThat(alice.post("/hub/delete/alice/thesis").statusCode()).isEqualTo(409);

        rig.sessions.put(thesis, SessionState.STOPPED);
        assertThat(alice.get("/hub/home").body()).contains("action=\"/hub/delete/alice/thesis\"");
        assertThat(TestBrowser.onward(alice.post("/hub/delete/alice/thesis"))).isEqualTo("/hub/home");
        assertThat(rig.sessions.find(thesis)).isEmpty();
        assertThat(alice.post("/hub/delete/bob/thesis").statusCode()).isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/hub/enter/alice/a%20b", "/hub/spawn/%01", "/hub/spawn/a%2Fb"})
    void impossibleNamesAreNotFound(String path) {
        assertThat(alice.get(path).statusCode()).isEqualTo(404);
    }
}
