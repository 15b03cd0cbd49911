/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import static dev.carrel.engine.page.PageRig.ALICE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.engine.session.SessionPort;
import dev.carrel.engine.session.SessionState;
import dev.carrel.engine.signin.Caller;
import dev.carrel.protocol.name.PortAddress;
import dev.carrel.protocol.name.PortName;
import dev.carrel.protocol.signed.Purpose;
import dev.carrel.protocol.signed.Verified;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The page on which ports are opened, shared and closed, and the door of each. */
class PortPagesTest {
    private static final PortAddress DASH = new PortAddress(ALICE, new PortName("dash"));

    @TempDir
    Path folder;

    private PageRig rig;
    private TestBrowser alice;

    @BeforeEach
    void start() throws IOException {
        rig = new PageRig(folder);
        alice = rig.signedIn("alice", false);
        rig.sessions.put(ALICE, SessionState.READY);
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    private void open(String... shares) {
        rig.ports().open(DASH, 8050, List.of(shares), Caller.COMMAND_LINE);
    }

    @Test
    void opensSharesAndClosesByFormsAlone() {
        alice.get("/hub/ports/alice");
        HttpResponse<String> opened =
                alice.post("/hub/open-port/alice", "name", "dash", "port", "8050", "shares", "bob, Carol;dave");

        assertThat(opened.statusCode()).isEqualTo(303);
        assertThat(TestBrowser.onward(opened)).isEqualTo("/hub/ports/alice");
        assertThat(rig.ports().of(ALICE)).singleElement().satisfies(port -> {
            assertThat(port.port()).isEqualTo(8050);
            assertThat(port.shares()).map(Object::toString).containsExactly("bob", "carol", "dave");
        });
        assertThat(alice.get("/hub/ports/alice").body())
                .contains(
                        "http://dash--alice--main.localhost:8000/",
                        "shared with bob, carol, dave",
                        "href=\"/hub/enter/alice/ports/dash\"");

        alice.post("/hub/open-port/alice", "name", "dash", "port", "8050", "shares", "");
        assertThat(alice.get("/hub/ports/alice").body()).contains("shared with nobody");

        alice.post("/hub/close-port/alice", "name", "dash");
        assertThat(alice.get("/hub/ports/alice").body()).contains("No port is open.");
        assertThat(rig.sessions.changes()).containsExactly("ports alice/", "ports alice/", "ports alice/");
    }

    @ParameterizedTest
    @CsvSource({
        "Dash, 8050, '', port name:",
        "dash, 80, '', expected: 1024 to 65535",
        "dash, x, '', Say on which port",
        "dash, 8888, '', own server",
        "dash, 8050, a/b, shares:"
    })
    void whatIsWrongIsSaidOnThePage(String name, String port, String shares, String said) {
        alice.get("/hub/ports/alice");

        HttpResponse<String> answer = alice.post("/hub/open-port/alice", "name", name, "port", port, "shares", shares);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains(said);
        assertThat(rig.ports().of(ALICE)).isEmpty();
    }

    @Test
    void nobodyElseSeesOrChangesThemNotEvenAnAdministrator() {
        open("root");
        TestBrowser root = rig.signedIn("root", true);

        assertThat(root.get("/hub/ports/alice").statusCode()).isEqualTo(403);
        assertThat(root.post("/hub/open-port/alice", "name", "x", "port", "8050")
                        .statusCode())
                .isEqualTo(403);
        assertThat(root.post("/hub/close-port/alice", "name", "dash").statusCode())
                .isEqualTo(403);
        assertThat(rig.ports().of(ALICE)).extracting(SessionPort::address).containsExactly(DASH);
    }

    @ParameterizedTest
    @CsvSource({"alice", "bob"})
    void itsDoorGivesATicketForThePortsOriginInTheVisitorsName(String name) {
        open("bob");
        TestBrowser visitor = name.equals("alice") ? alice : rig.signedIn(name, false);

        HttpResponse<String> answer = visitor.get("/hub/enter/alice/ports/dash?next=%2Fx%3Fa%3Db");

        assertThat(answer.statusCode()).isEqualTo(302);
        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
        URI door = URI.create(TestBrowser.onward(answer));
        assertThat(door.toString())
                .startsWith("http://dash--alice--main.localhost:8000/.carrel/enter?ticket=")
                .endsWith("&next=%2Fx%3Fa%3Db");
        String ticket = door.getRawQuery().replaceAll("ticket=([^&]+)&.*", "$1");
        assertThat(rig.signed.verify(Purpose.TICKET, "dash--alice--main.localhost", ticket))
                .isInstanceOfSatisfying(
                        Verified.Genuine.class,
                        genuine -> assertThat(genuine.claims().subject()).isEqualTo(name));
    }

    @Test
    void whoeverItIsNotSharedWithIsToldTheSameAsIfItWereNotThere() {
        open("bob");
        TestBrowser carol = rig.signedIn("carol", true);

        HttpResponse<String> there = carol.get("/hub/enter/alice/ports/dash");
        HttpResponse<String> nowhere = carol.get("/hub/enter/alice/ports/other");

        assertThat(there.statusCode()).isEqualTo(403);
        assertThat(there.body()).contains("Nothing is shared with you").isEqualTo(nowhere.body());
    }

    @Test
    void theOwnerIsToldWhenNoneIsOpen() {
        assertThat(alice.get("/hub/enter/alice/ports/other").statusCode()).isEqualTo(404);
        assertThat(alice.get("/hub/enter/alice/ports/Dash").statusCode()).isEqualTo(404);
    }

    @Test
    void whileTheSessionDoesNotRunItsOwnerIsLedToStartItAndOthersAreToldWhomToAsk() {
        open("bob");
        rig.sessions.put(ALICE, SessionState.STOPPED);
        TestBrowser bob = rig.signedIn("bob", false);

        assertThat(TestBrowser.onward(alice.get("/hub/enter/alice/ports/dash")))
                .isEqualTo("/hub/spawn/alice?next=%2Fuser%2Falice%2Fports%2Fdash%2F");
        HttpResponse<String> told = bob.get("/hub/enter/alice/ports/dash");
        assertThat(told.statusCode()).isEqualTo(424);
        assertThat(told.body()).contains("Ask &quot;alice&quot; to start it.");
        assertThat(rig.sessions.changes()).containsExactly("ports alice/");
    }

    @Test
    void aBrowserThatKeepsNoCookieIsStopped() {
        open();
        int status = 302;
        for (int i = 0; i < LoopBreaker.MOST + 1; i++) {
            status = alice.get("/hub/enter/alice/ports/dash").statusCode();
        }

        assertThat(status).isEqualTo(400);
    }
}
