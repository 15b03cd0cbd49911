/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import static dev.carrel.engine.page.PageRig.ALICE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.engine.session.SessionState;
import dev.carrel.protocol.signed.Purpose;
import dev.carrel.protocol.signed.Verified;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The way into a session: for its owner, by one decision, without going round in circles. */
class DoorTest {
    private static final String ORIGIN = "http://alice--main.localhost:8000/.carrel/enter";

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
    void leadsAReadySessionsOwnerToItsOriginWithATicket() {
        rig.sessions.put(ALICE, SessionState.READY);

        HttpResponse<String> answer = alice.get("/hub/enter/alice?next=%2Fuser%2Falice%2Flab%2Ftree%2Fa%2520b.ipynb");

        assertThat(answer.statusCode()).isEqualTo(302);
        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
        // To another origin nothing of ours is told.
        assertThat(answer.headers().allValues("Referrer-Policy")).containsExactly("same-origin");
        URI door = URI.create(TestBrowser.onward(answer));
        assertThat(door.toString()).startsWith(ORIGIN + "?ticket=");
        String ticket = door.getRawQuery().replaceAll("ticket=([^&]+)&.*", "$1");
        assertThat(rig.signed.verify(Purpose.TICKET, "alice--main.localhost", ticket))
                .isInstanceOfSatisfying(Verified.Genuine.class, genuine -> {
                    assertThat(genuine.claims().subject()).isEqualTo("alice");
                    assertThat(genuine.claims().login()).matches("[a-z2-7]{26}");
                });
        String next = door.getRawQuery().replaceAll(".*&next=", "");
        assertThat(URLDecoder.decode(next, StandardCharsets.UTF_8)).isEqualTo("/user/alice/lab/tree/a%20b.ipynb");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/hub/enter/alice",
                "/hub/spawn/alice",
                "/hub/spawn-pending/alice",
                "/hub/enter/alice/x",
                "/hub/enter/nobody"
            })
    void isShutToOthersEvenToAdministrators(String path) {
        rig.sessions.put(ALICE, SessionState.READY);
        TestBrowser bob = rig.signedIn("bob", true);

        HttpResponse<String> answer = bob.get(path);

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body())
                .contains("This session belongs to ", "you are signed in as bob", "sign out")
                .doesNotContain("ticket");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/hub/spawn/alice", "/hub/stop/alice"})
    void othersCanNeitherStartNorStopIt(String path) {
        TestBrowser bob = rig.signedIn("bob", true);

        assertThat(bob.post(path).statusCode()).isEqualTo(403);
        assertThat(rig.sessions.changes()).isEmpty();
    }

    @Test
    void sendsStrangersToSignInAndBack() {
        HttpResponse<String> answer = rig.browser().get("/hub/enter/alice?next=%2Fuser%2Falice%2Flab");

        assertThat(TestBrowser.onward(answer))
                .isEqualTo("/hub/login?next=%2Fhub%2Fenter%2Falice%3Fnext%3D%252Fuser%252Falice%252Flab");
    }

    static Stream<List<String>> statesAndPages() {
        return Stream.concat(Stream.of(SessionState.values()).map(SessionState::label), Stream.of("none"))
                .flatMap(state -> Stream.of(
                                "/hub/enter/alice",
                                "/hub/spawn/alice",
                                "/hub/spawn-pending/alice",
                                "/hub/user-redirect/lab/tree/x")
                        .map(page -> List.of(state, page)));
    }

    @ParameterizedTest
    @MethodSource("statesAndPages")
    void everyPageLeadsToTheOneThatIsRightWithoutACircle(List<String> stateAndPage) {
        String state = stateAndPage.getFirst();
        if (!state.equals("none")) {
            rig.sessions.put(ALICE, SessionState.valueOf(state.toUpperCase(java.util.Locale.ROOT)));
        }

        List<String> journey = new ArrayList<>();
        String here = stateAndPage.getLast();
        while (here.startsWith("/")) {
            assertThat(journey).as("a circle").doesNotContain(here).hasSizeLessThan(4);
            journey.add(here);
            HttpResponse<String> answer = alice.get(here);
            String onward = TestBrowser.onward(answer);
            if (onward.isEmpty()) {
                assertThat(answer.statusCode()).isEqualTo(200);
                break;
            }
            here = onward;
        }

        String end = switch (state) {
            case "ready" -> ORIGIN;
            case "pending", "starting", "stopping" -> "/hub/spawn-pending/alice";
            default -> "/hub/spawn/alice";
        };
        assertThat(here).startsWith(end);
        assertThat(rig.sessions.changes()).as("asking changes nothing").isEmpty();
    }

    @Test
    void theWishSurvivesTheWayOverStartAndProgress() {
        rig.sessions.put(ALICE, SessionState.STOPPED);
        String wish = "/user/alice/lab/tree/plan.ipynb";
        String start = TestBrowser.onward(alice.get("/hub/enter/alice?next=" + wish));
        assertThat(alice.get(start).body()).contains("<input type=\"hidden\" name=\"next\" value=\"" + wish + "\">");

        String pending = TestBrowser.onward(alice.post("/hub/spawn/alice", "next", wish));
        rig.sessions.put(ALICE, SessionState.READY);
        String enter = TestBrowser.onward(alice.get(pending));

        assertThat(TestBrowser.onward(alice.get(enter)))
                .startsWith(ORIGIN)
                .endsWith("&next=%2Fuser%2Falice%2Flab%2Ftree%2Fplan.ipynb");
    }

    @Test
    void aFormNeverRedirectsToAnotherOrigin() {
        rig.sessions.put(ALICE, SessionState.READY);

        HttpResponse<String> started = alice.post("/hub/spawn/alice");
        HttpResponse<String> pending = alice.get(TestBrowser.onward(started));

        assertThat(started.statusCode()).isEqualTo(303);
        assertThat(pending.statusCode()).isEqualTo(200);
        assertThat(TestBrowser.onward(pending)).isEqualTo("/hub/enter/alice");
    }

    @Test
    void aBrowserThatDoesNotKeepTheCookieIsToldSo() {
        rig.sessions.put(ALICE, SessionState.READY);
        for (int i = 0; i < LoopBreaker.MOST; i++) {
            assertThat(alice.get("/hub/enter/alice").statusCode()).isEqualTo(302);
        }

        HttpResponse<String> answer = alice.get("/hub/enter/alice");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("Allow cookies").contains("href=\"/hub/enter/alice\"");
    }

    @Test
    void aLinkForEverybodyLeadsToOnesOwnSession() {
        assertThat(TestBrowser.onward(alice.get("/hub/user-redirect/lab/tree/a%20b.ipynb?x=1")))
                .isEqualTo("/hub/enter/alice?next=%2Fuser%2Falice%2Flab%2Ftree%2Fa%2520b.ipynb%3Fx%3D1");
    }
}
