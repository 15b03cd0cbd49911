/* Copyright the Carrel authors. */
package dev.carrel.engine.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.engine.session.Reason;
import dev.carrel.engine.session.Session;
import dev.carrel.engine.session.SessionState;
import dev.carrel.engine.signin.Caller;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Starting and stopping servers with the statuses that scripts written for JupyterHub wait for. */
@Timeout(60)
class ServerEndpointsTest {
    private static final String SERVER = "/hub/api/users/ada/server";
    private static final String GPU = "/hub/api/users/ada/servers/gpu";

    @TempDir
    Path folder;

    private ApiRig rig;
    private ApiClient ada;

    @BeforeEach
    void open() throws Exception {
        rig = new ApiRig(folder, 2);
        ada = rig.as("ada");
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private Session session(String server) {
        return rig.sessionsOf("ada").stream()
                .filter(s -> s.address().server().value().equals(server))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aStartThatIsQuickIsAnswered201WithTheServerReady() {
        ada.post(SERVER, "").isEmpty(201);

        assertThat(ada.get("/hub/api/users/ada").json().path("server").asText()).isEqualTo("/user/ada/");
        assertThat(session("").state()).isEqualTo(SessionState.READY);
    }

    @Test
    void aStartThatTakesLongIsAnswered202AndGoesOn() {
        rig.sessions.holdStarts();
        rig.sessions.patience(Duration.ZERO);

        ada.post(SERVER, "").isEmpty(202);

        assertThat(ada.get("/hub/api/users/ada").json().path("pending").asText())
                .isEqualTo("spawn");
        rig.sessions.letStarts();
        assertThat(ada.get(SERVER + "/progress").body()).contains("\"ready\":true");
    }

    @Test
    void whoAsksTwiceIsToldThatItIsOnItsWayAndNothingIsStartedTwice() {
        rig.sessions.holdStarts();
        rig.sessions.patience(Duration.ZERO);
        ada.post(SERVER, "").isEmpty(202);

        ada.post(SERVER, "").isEmpty(202);

        rig.sessions.letStarts();
        ada.get(SERVER + "/progress");
        assertThat(rig.sessions.starts()).isEqualTo(1);
    }

    @Test
    void whatRunsIsNotStartedAgain() {
        ada.post(SERVER, "").isEmpty(201);

        ada.post(SERVER, "").is(400, """
                {"status": 400, "message": "your server is already running", "code": "spawn.refused"}
                """);
    }

    @Test
    void whatStopsIsStartedWhenItHasStopped() {
        ada.post(SERVER, "").isEmpty(201);
        rig.sessions.holdStops();
        rig.sessions.patience(Duration.ZERO);
        ada.delete(SERVER).isEmpty(202);
        rig.sessions.patience(Duration.ofDays(1));
        rig.sessions.whenAwaited(rig.sessions::letStops);

        ada.post(SERVER, "").isEmpty(201);

        assertThat(rig.sessions.starts()).isEqualTo(2);
    }

    @Test
    void whatStopsForLongerThanACallerWaitsIsNotStarted() {
        ada.post(GPU, "").isEmpty(201);
        rig.sessions.holdStops();
        rig.sessions.patience(Duration.ZERO);
        ada.delete(GPU).isEmpty(202);

        ada.post(GPU, "").refuses(400, "your server gpu is pending stop");
    }

    @Test
    void aStartThatFailsIsAnswered500WithTheReason() {
        rig.sessions.failStarts("The disk of the homes is full.");

        ada.post(SERVER, "").is(500, """
                {"status": 500, "message": "The disk of the homes is full.", "code": "spawn.failed"}
                """);
        assertThat(ada.get("/hub/api/users/ada").json().at("/ended//reason").asText())
                .isEqualTo("The disk of the homes is full.");
    }

    @Test
    void whatFailedMayBeStartedAgain() {
        rig.put(ApiRig.address("ada", ""), SessionState.FAILED);

        ada.post(SERVER, "").isEmpty(201);
    }

    @Test
    void anImageMayBeChosenByItsNameAndOtherOptionsAreLeftAlone() {
        ada.post(SERVER, "{\"image\": \"other\", \"profile\": {\"cpu\": 2}}").isEmpty(201);

        assertThat(ada.get("/hub/api/users/ada")
                        .json()
                        .at("/servers//user_options/image")
                        .asText())
                .isEqualTo("other");
    }

    @Test
    void whenTooManyStartTheNextIsToldWhenToComeAgain() {
        rig.add("bob", false);
        rig.add("eve", false);
        rig.put(ApiRig.address("bob", ""), SessionState.STARTING);
        rig.put(ApiRig.address("eve", ""), SessionState.PENDING);

        ApiClient.Answer refused = ada.post(SERVER, "");

        refused.refuses(429, "2 sessions are starting just now. Please try again in a minute.");
        assertThat(refused.header("retry-after")).isEqualTo("30");
    }

    @Test
    void whoIsDisabledStartsNothingNotEvenByAnAdministrator() {
        rig.accounts().disable(ApiRig.address("ada", "").user(), true, Caller.COMMAND_LINE);

        rig.as("root").post(SERVER, "").refuses(403, "user \"ada\" is disabled");
    }

    @Test
    void administratorsStartAndStopForOthersAndTheReasonTellsSo() {
        ApiClient root = rig.as("root");

        root.post(SERVER, "").isEmpty(201);
        root.delete(SERVER).isEmpty(204);

        assertThat(session("").reason()).isEqualTo(Reason.ADMIN);
    }

    @Test
    void nobodyStartsForSomebodyWhoIsNotThere() {
        rig.as("root").post("/hub/api/users/bob/server", "").refuses(404, "user \"bob\" does not exist");
        rig.as("root").delete("/hub/api/users/bob/server").refuses(404, "user \"bob\" does not exist");
    }

    @Test
    void aStopThatIsQuickIsAnswered204() {
        ada.post(SERVER, "").isEmpty(201);

        ada.delete(SERVER).isEmpty(204);

        assertThat(session("").state()).isEqualTo(SessionState.STOPPED);
        assertThat(session("").reason()).isEqualTo(Reason.ASKED);
    }

    @Test
    void aStopThatTakesLongIsAnswered202AndSoIsEverybodyWhoAsksMeanwhile() {
        ada.post(SERVER, "").isEmpty(201);
        rig.sessions.holdStops();
        rig.sessions.patience(Duration.ZERO);

        ada.delete(SERVER).isEmpty(202);
        ada.delete(SERVER).isEmpty(202);

        assertThat(ada.get("/hub/api/users/ada").json().path("pending").asText())
                .isEqualTo("stop");
        rig.sessions.patience(Duration.ofDays(1));
        rig.sessions.letStops();
        ada.delete(SERVER).isEmpty(204);
    }

    @Test
    void whatDoesNotRunIsStoppedAlready() {
        ada.delete(SERVER).isEmpty(204);
        rig.put(ApiRig.address("ada", "gpu"), SessionState.FAILED);
        ada.delete(GPU).isEmpty(204);
    }

    @Test
    void aServerUnderANameThatNeverWasIsNotFound() {
        ada.delete(GPU).is(404, """
                {"status": 404, "message": "ada has no server named 'gpu'", "code": "server.not-found"}
                """);
        ada.get(GPU + "/progress").refuses(404, "ada has no server named 'gpu'");
    }

    @Test
    void theDefaultServerIsAlsoTheOneUnderTheEmptyName() {
        String unnamed = "/hub/api/users/ada/servers/";

        ada.post(unnamed, "").isEmpty(201);
        assertThat(ada.get("/hub/api/users/ada/servers//progress").body()).contains("\"ready\":true");
        ada.delete(unnamed).isEmpty(204);

        assertThat(session("").state()).isEqualTo(SessionState.STOPPED);
    }

    @Test
    void serversUnderNamesLiveBesideTheDefaultOne() {
        ada.post(SERVER, "").isEmpty(201);
        ada.post(GPU, "").isEmpty(201);

        List<String> names = ada.get("/hub/api/users/ada").json().path("servers").properties().stream()
                .map(Map.Entry::getKey)
                .toList();
        assertThat(names).containsExactlyInAnyOrder("", "gpu");
        ada.delete(GPU).isEmpty(204);
        assertThat(session("").state()).isEqualTo(SessionState.READY);
    }

    @Test
    void aTokenForOneServerReachesThatOneAlone() {
        ApiClient narrow = rig.as("ada", "servers!server=ada/gpu");

        narrow.post(GPU, "").isEmpty(201);
        narrow.post(SERVER, "").refuses(404, "No such user or server, or no right to start:servers of it.");
        narrow.post("/hub/api/users/ada/servers/cpu", "")
                .refuses(404, "No such user or server, or no right to start:servers of it.");
        narrow.delete(GPU).isEmpty(204);
    }
}
