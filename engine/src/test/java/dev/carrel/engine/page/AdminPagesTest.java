/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.engine.session.SessionState;
import dev.carrel.engine.signin.User;
import dev.carrel.protocol.name.UserName;
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
import org.junit.jupiter.params.provider.ValueSource;

/** What administrators see and do. */
class AdminPagesTest {
    @TempDir
    Path folder;

    private PageRig rig;
    private TestBrowser root;

    @BeforeEach
    void start() throws IOException {
        rig = new PageRig(folder);
        root = rig.signedIn("root", true);
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void othersDoNotSeeIt() {
        TestBrowser alice = rig.signedIn("alice", false);

        assertThat(alice.get("/hub/admin").statusCode()).isEqualTo(403);
        assertThat(alice.get("/hub/home").body()).doesNotContain("/hub/admin");
        assertThat(root.get("/hub/home").body()).contains("href=\"/hub/admin\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "users",
                "users/root/demote",
                "users/alice/promote",
                "users/root/disable",
                "users/root/password",
                "users/root/link",
                "stop/root"
            })
    void othersChangeNothing(String action) {
        TestBrowser alice = rig.signedIn("alice", false);

        assertThat(alice.post("/hub/admin/" + action, "name", "eve", "password", "a new pass phrase")
                        .statusCode())
                .isEqualTo(403);
        assertThat(user("root").admin()).isTrue();
        assertThat(user("alice").admin()).isFalse();
        assertThat(rig.accounts().find(UserName.of("eve"))).isEmpty();
        assertThat(rig.sessions.changes()).isEmpty();
    }

    @Test
    void addsAPersonWithALinkThatWorks() {
        HttpResponse<String> answer = root.post("/hub/admin/users", "name", "Zoë+lab@example.org", "admin", "yes");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(user("zoë+lab@example.org").admin()).isTrue();
        Matcher link = Pattern.compile("value=\"http://localhost:8000(/hub/invite/[^\"]+)\"")
                .matcher(answer.body());
        assertThat(link.find()).isTrue();
        TestBrowser zoe = rig.browser();
        zoe.get(link.group(1));
        assertThat(TestBrowser.onward(
                        zoe.post(link.group(1), "password", "a new pass phrase", "repeated", "a new pass phrase")))
                .isEqualTo("/hub/home");
        assertThat(zoe.get("/hub/home").body())
                .contains(">zoë+lab@example.org</a>", "/hub/spawn/zo%C3%AB%2Blab%40example.org");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "root", "a/b", "<script>alert(1)</script>"})
    void tellsWhyAPersonCannotBeAdded(String name) {
        HttpResponse<String> answer = root.post("/hub/admin/users", "name", name);

        assertThat(answer.statusCode()).isIn(400, 409);
        assertThat(answer.body()).contains("class=\"notice bad\"").doesNotContain("<script>alert");
    }

    @Test
    void changesRightsAndComesBackToTheSamePlace() {
        rig.addUser("alice", false);

        HttpResponse<String> promoted = root.post("/hub/admin/users/alice/promote", "search", "ali", "page", "1");
        assertThat(TestBrowser.onward(promoted)).isEqualTo("/hub/admin?search=ali&page=1");
        assertThat(user("alice").admin()).isTrue();

        root.post("/hub/admin/users/alice/demote");
        assertThat(user("alice").admin()).isFalse();
        root.post("/hub/admin/users/alice/disable");
        assertThat(user("alice").disabled()).isTrue();
        root.post("/hub/admin/users/alice/enable");
        assertThat(user("alice").disabled()).isFalse();
        root.post("/hub/admin/users/alice/password", "password", "a new pass phrase");
        assertThat(rig.accounts().passwordIs(UserName.of("alice"), "a new pass phrase"))
                .isTrue();
    }

    @Test
    void disablingEndsASignInAtOnce() {
        TestBrowser alice = rig.signedIn("alice", false);

        root.post("/hub/admin/users/alice/disable");

        assertThat(TestBrowser.onward(alice.get("/hub/home"))).startsWith("/hub/login");
    }

    @ParameterizedTest
    @ValueSource(strings = {"demote", "disable"})
    void nobodyLocksThemselvesOut(String action) {
        rig.addUser("alice", true);

        HttpResponse<String> answer = root.post("/hub/admin/users/root/" + action);

        assertThat(answer.statusCode()).isEqualTo(409);
        assertThat(user("root").admin()).isTrue();
        assertThat(user("root").disabled()).isFalse();
    }

    @Test
    void tellsWhyAChangeWasRefused() {
        assertThat(root.post("/hub/admin/users/nobody/promote").statusCode()).isEqualTo(404);
        HttpResponse<String> tooShort = root.post("/hub/admin/users/root/password", "password", "short");
        assertThat(tooShort.statusCode()).isEqualTo(400);
        assertThat(tooShort.body()).contains("class=\"notice bad\"");
    }

    @Test
    void showsAndStopsWhatRunsButDoesNotLeadIn() {
        rig.addUser("alice", false);
        rig.sessions.put(PageRig.address("alice", "thesis"), SessionState.READY);

        String body = root.get("/hub/admin").body();
        HttpResponse<String> stopped = root.post("/hub/admin/stop/alice/thesis");

        assertThat(body)
                .contains("thesis", "action=\"/hub/admin/stop/alice/thesis\"")
                .doesNotContain("/hub/enter/");
        assertThat(TestBrowser.onward(stopped)).isEqualTo("/hub/admin?search=&page=1");
        assertThat(rig.sessions.changes()).containsExactly("stop alice/thesis: An administrator stopped it.");
    }

    @Test
    void searchesAndTurnsPages() {
        // Accounts without a password cost nothing to add.
        for (int i = 0; i < 60; i++) {
            root.post("/hub/admin/users", "name", "student%02d".formatted(i));
        }

        String first = root.get("/hub/admin?search=STUDENT").body();
        String second = root.get("/hub/admin?search=student&page=2").body();

        assertThat(first)
                .contains(">student00<", "60 people", "page=2")
                .doesNotContain(">student59<", "/users/root/", "page=0");
        assertThat(second).contains(">student59<", "page=1").doesNotContain(">student00<", "page=3");
        assertThat(root.get("/hub/admin?page=x").statusCode()).isEqualTo(200);
        assertThat(root.get("/hub/admin?search=%22%3E%3Cscript%3E&page=99999999999")
                        .body())
                .contains("Nobody")
                .doesNotContain("\"><script>");
    }

    private User user(String name) {
        return rig.accounts().get(UserName.of(name));
    }
}
