/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import static org.assertj.core.api.Assertions.assertThat;

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

/** One's own tokens and account. */
class OwnPagesTest {
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
    void aTokenIsShownOnceAndRevoked() {
        HttpResponse<String> made =
                alice.post("/hub/token", "note", "nightly <b>", "expires_in", "86400", "scopes", "inherit");
        assertThat(made.statusCode()).isEqualTo(200);
        Matcher token = Pattern.compile("id=\"new-token\" value=\"(v1\\.api\\.[^\"]+)\"")
                .matcher(made.body());
        assertThat(token.find()).isTrue();

        HttpResponse<String> list = alice.get("/hub/token");
        assertThat(list.body()).contains("nightly &lt;b&gt;", "never used").doesNotContain(token.group(1));
        Matcher revoke =
                Pattern.compile("action=\"(/hub/token/[^\"]+/revoke)\"").matcher(list.body());
        assertThat(revoke.find()).isTrue();

        assertThat(TestBrowser.onward(alice.post(revoke.group(1)))).isEqualTo("/hub/token");
        assertThat(alice.get("/hub/token").body()).contains("You have no tokens.");
        assertThat(alice.post(revoke.group(1)).statusCode()).isEqualTo(404);
    }

    @Test
    void everyChoiceOfScopeAndLifetimeIsTaken() {
        for (String scope : new String[] {"inherit", "access:servers!user", "servers!user", "read:users!user"}) {
            assertThat(alice.post("/hub/token", "note", scope, "expires_in", "never", "scopes", scope)
                            .statusCode())
                    .as(scope)
                    .isEqualTo(200);
        }
        assertThat(alice.get("/hub/token").body()).contains("never ends", "access:servers");
    }

    @Test
    void nothingChosenIsNotEverything() {
        HttpResponse<String> answer = alice.post("/hub/token", "note", "x", "expires_in", "86400");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("at least one thing", "You have no tokens.");
    }

    @Test
    void nobodyGivesAwayMoreThanTheyHave() {
        assertThat(alice.post("/hub/token", "note", "x", "expires_in", "86400", "scopes", "admin:users")
                        .statusCode())
                .isEqualTo(403);
        assertThat(alice.post("/hub/token", "note", "x", "expires_in", "1", "scopes", "inherit")
                        .statusCode())
                .isEqualTo(400);
        assertThat(alice.get("/hub/token").body()).contains("You have no tokens.");
    }

    @Test
    void aTokenOfSomebodyElseIsUnknown() {
        TestBrowser bob = rig.signedIn("bob", true);
        bob.post("/hub/token", "note", "bob's", "expires_in", "86400", "scopes", "inherit");
        Matcher revoke = Pattern.compile("action=\"(/hub/token/[^\"]+/revoke)\"")
                .matcher(bob.get("/hub/token").body());
        assertThat(revoke.find()).isTrue();

        assertThat(alice.post(revoke.group(1)).statusCode()).isEqualTo(404);
        assertThat(bob.get("/hub/token").body()).contains("bob&#39;s");
    }

    @Test
    void changingThePasswordKeepsThisBrowserAndEndsTheOthers() {
        TestBrowser elsewhere = rig.browser();
        elsewhere.get("/hub/login");
        elsewhere.post("/hub/login", "username", "alice", "password", PageRig.PASSWORD);

        HttpResponse<String> answer = change(PageRig.PASSWORD, "a new pass phrase", "a new pass phrase");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("Your password is changed.");
        assertThat(alice.get("/hub/home").statusCode()).isEqualTo(200);
        assertThat(TestBrowser.onward(elsewhere.get("/hub/home"))).startsWith("/hub/login");
        assertThat(rig.accounts().passwordIs(UserName.of("alice"), "a new pass phrase"))
                .isTrue();
    }

    @Test
    void thePasswordIsChangedOnlyByWhoKnowsIt() {
        assertThat(change("wrong password", "a new pass phrase", "a new pass phrase")
                        .statusCode())
                .isEqualTo(403);
        assertThat(change(PageRig.PASSWORD, "a new pass phrase", "another").statusCode())
                .isEqualTo(400);
        assertThat(change(PageRig.PASSWORD, "short", "short").statusCode()).isEqualTo(400);
        assertThat(rig.accounts().passwordIs(UserName.of("alice"), PageRig.PASSWORD))
                .isTrue();
    }

    private HttpResponse<String> change(String current, String password, String repeated) {
        return alice.post("/hub/account/password", "current", current, "password", password, "repeated", repeated);
    }
}
