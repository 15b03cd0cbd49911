/* Copyright the Carrel authors. */
package dev.carrel.engine.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.engine.session.SessionState;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Accounts as administrators' scripts see, add, change and delete them. */
class UserEndpointsTest {
    private static final String FRESH = """
            {
              "kind": "user",
              "name": "%s",
              "admin": false,
              "disabled": false,
              "roles": ["user"],
              "groups": [],
              "created": "2026-03-01T12:00:00.000000Z",
              "last_activity": null,
              "server": null,
              "pending": null,
              "servers": {},
              "ended": {}
            }
            """;

    @TempDir
    Path folder;

    private ApiRig rig;
    private ApiClient root;

    @BeforeEach
    void open() throws Exception {
        rig = new ApiRig(folder);
        root = rig.as("root");
    }

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void anAccountIsShownAsJupyterHubShowsIt() {
        root.get("/hub/api/users/ada").is(200, FRESH.formatted("ada"));
    }

    @Test
    void anAdministratorHasBothRoles() {
        assertThat(root.get("/hub/api/users/root").json().path("roles").toString())
                .isEqualTo("[\"user\",\"admin\"]");
    }

    @Test
    void anAccountWithServersShowsThoseThatLiveAndApartThoseThatEnded() {
        rig.put(ApiRig.address("ada", ""), SessionState.READY);
        rig.put(ApiRig.address("ada", "gpu"), SessionState.STOPPED);

        ApiClient.Answer answer = root.get("/hub/api/users/ada");

        assertThat(answer.json().path("server").asText()).isEqualTo("/user/ada/");
        assertThat(ApiRig.normal(answer.json().path("servers"))).isEqualTo(ApiRig.normal("""
                {
                  "": {
                    "name": "",
                    "full_name": "ada/",
                    "id": "SESSION",
                    "ready": true,
                    "pending": null,
                    "stopped": false,
                    "state_name": "ready",
                    "url": "/user/ada/",
                    "full_url": "http://ada--main.localhost:8000/user/ada/",
                    "progress_url": "/hub/api/users/ada/server/progress",
                    "full_progress_url": "http://localhost:8000/hub/api/users/ada/server/progress",
                    "started": "2026-03-01T12:00:00.000000Z",
                    "last_activity": "2026-03-01T12:00:00.000000Z",
                    "user_options": {"image": "default"}
                  }
                }
                """));
        assertThat(ApiRig.normal(answer.json().path("ended"))).isEqualTo(ApiRig.normal("""
                {
                  "gpu": {
                    "name": "gpu",
                    "full_name": "ada/gpu",
                    "id": "SESSION",
                    "ready": false,
                    "pending": null,
                    "stopped": true,
                    "state_name": "stopped",
                    "ended": "2026-03-01T12:00:00.000000Z",
                    "reason": "You stopped it.",
                    "reason_code": "asked",
                    "log": [],
                    "url": "/user/ada/gpu/",
                    "full_url": "http://ada--gpu.localhost:8000/user/ada/gpu/",
                    "progress_url": "/hub/api/users/ada/servers/gpu/progress",
                    "full_progress_url": "http://localhost:8000/hub/api/users/ada/servers/gpu/progress",
                    "started": "2026-03-01T12:00:00.000000Z",
                    "last_activity": "2026-03-01T12:00:00.000000Z",
                    "user_options": {"image": "default"}
                  }
                }
                """));
    }

    @Test
    void whatIsUnderWayIsToldInTheWordsOfJupyterHub() {
        rig.put(ApiRig.address("ada", ""), SessionState.STARTING);
        rig.put(ApiRig.address("root", ""), SessionState.STOPPING);

        assertThat(root.get("/hub/api/users/ada").json().path("pending").asText())
                .isEqualTo("spawn");
        assertThat(root.get("/hub/api/users/ada").json().path("server").isNull())
                .isTrue();
        assertThat(root.get("/hub/api/users/root").json().path("pending").asText())
                .isEqualTo("stop");
    }

    @Test
    void theTokenOfTheServerIsNeverShown() {
        String secret = rig.put(ApiRig.address("ada", ""), SessionState.READY).upstreamToken();

        assertThat(root.get("/hub/api/users/ada").body()).doesNotContain(secret);
        assertThat(rig.as("ada").get("/hub/api/user").body()).doesNotContain(secret);
    }

    @Test
    void anAccountThatIsNotThereIsNotFound() {
        root.get("/hub/api/users/bob").is(404, """
                {"status": 404, "message": "user \\"bob\\" does not exist", "code": "unknown"}
                """);
        root.delete("/hub/api/users/bob").refuses(404, "user \"bob\" does not exist");
        root.patch("/hub/api/users/bob", "{}").refuses(404, "user \"bob\" does not exist");
    }

    @Test
    void anAccountIsAddedOnceAndTheSecondTimeIsAConflict() {
        root.post("/hub/api/users/bob", "").is(201, FRESH.formatted("bob"));
        root.post("/hub/api/users/bob", "").refuses(409, "user \"bob\" exists already");
    }

    @Test
    void severalAccountsAreAddedAtOnceAndThoseThatAreThereAreLeftAlone() {
        root.post("/hub/api/users", "{\"usernames\": [\"ada\", \"Bob\", \"bob\", \"eve\"]}")
                .is(201, "[" + FRESH.formatted("bob") + "," + FRESH.formatted("eve") + "]");
        assertThat(rig.users()).containsExactly("ada", "bob", "eve", "root");
    }

    @Test
    void addingOnlyAccountsThatAreThereIsAConflict() {
        root.post("/hub/api/users", "{\"usernames\": [\"ada\", \"root\"]}")
                .refuses(409, "All of these users exist already: [ada, root]");
    }

    @Test
    void administratorsAreMadeAndUnmade() {
        assertThat(root.post("/hub/api/users/bob", "{\"admin\": true}")
                        .json()
                        .path("admin")
                        .asBoolean())
                .isTrue();
        ApiClient.Answer changed = root.patch("/hub/api/users/bob", "{\"admin\": false}");
        changed.is(200, FRESH.formatted("bob"));
    }

    @Test
    void aTokenForAccountsMakesNoAdministrators() {
        ApiClient narrow = rig.as("root", "admin:users");
        String refused = "Only an administrator with all their rights may make or unmake administrators.";

        narrow.post("/hub/api/users", "{\"usernames\": [\"bob\"], \"admin\": true}")
                .refuses(403, refused);
        narrow.post("/hub/api/users/bob", "{\"admin\": true}").refuses(403, refused);
        narrow.patch("/hub/api/users/ada", "{\"admin\": true}").refuses(403, refused);
        narrow.patch("/hub/api/users/root", "{\"admin\": false}").refuses(403, refused);
        assertThat(rig.users()).containsExactly("ada", "root");
        assertThat(narrow.post("/hub/api/users/bob", "").status()).isEqualTo(201);
    }

    @Test
    void theLastAdministratorStays() {
        String refused = "user \"root\" is the last administrator (make another one first)";

        root.patch("/hub/api/users/root", "{\"admin\": false}").refuses(409, refused);
        root.delete("/hub/api/users/root").refuses(409, refused);
    }

    @Test
    void anAccountKeepsItsName() {
        root.patch("/hub/api/users/ada", "{\"name\": \"eve\"}")
                .refuses(400, "name: an account keeps its name (expected: no name, or the same)");
        root.patch("/hub/api/users/ada", "{\"name\": \"ada\"}").is(200, FRESH.formatted("ada"));
    }

    @Test
    void anAccountIsDeletedWithItsTokensAndItsServers() {
        ApiClient ada = rig.as("ada");
        ada.post("/hub/api/users/ada/server", "").isEmpty(201);
        ada.post("/hub/api/users/ada/servers/gpu", "").isEmpty(201);

        root.delete("/hub/api/users/ada").isEmpty(204);

        assertThat(ada.get("/hub/api/user").status()).isEqualTo(403);
        assertThat(rig.users()).containsExactly("root");
        assertThat(rig.sessionsOf("ada")).isEmpty();
    }

    @Test
    void anAccountStaysAsLongAsOneOfItsServersDoesNotEnd() {
        ApiClient ada = rig.as("ada");
        ada.post("/hub/api/users/ada/server", "").isEmpty(201);
        rig.sessions.holdStops();
        rig.sessions.patience(Duration.ZERO);

        root.delete("/hub/api/users/ada").refuses(400, "user \"ada\" has a server that is still stopping (try again)");

        assertThat(ada.get("/hub/api/user").status()).isEqualTo(200);
    }

    @Test
    void activityOfServersIsNotedAndTheLatestCounts() {
        rig.put(ApiRig.address("ada", ""), SessionState.READY);
        ApiClient ada = rig.as("ada", "users:activity!user");
        rig.clock.pass(Duration.ofHours(1));

        for (String time :
                new String[] {"2026-03-01T12:40:00Z", "2026-03-01T12:30:00.5+00:00", "2026-03-01T12:10:00"}) {
            ada.post("/hub/api/users/ada/activity", "{\"servers\": {\"\": {\"last_activity\": \"" + time + "\"}}}")
                    .isEmpty(200);
        }

        assertThat(root.get("/hub/api/users/ada")
                        .json()
                        .at("/servers//last_activity")
                        .asText())
                .isEqualTo("2026-03-01T12:40:00.000000Z");
    }

    @Test
    void activityOfTheAccountIsNoted() {
        rig.clock.pass(Duration.ofHours(1));

        root.post("/hub/api/users/ada/activity", "{\"last_activity\": \"2026-03-01T12:40:00Z\"}")
                .isEmpty(200);

        assertThat(root.get("/hub/api/users/ada").json().path("last_activity").asText())
                .isEqualTo("2026-03-01T12:40:00.000000Z");
    }

    @Test
    void activityThatIsYetToComeIsNotNoted() {
        rig.put(ApiRig.address("ada", ""), SessionState.READY);
        root.post("/hub/api/users/ada/activity", """
                {"last_activity": "2036-01-01T00:00:00Z",
                 "servers": {"": {"last_activity": "2036-01-01T00:00:00Z"}}}
                """).isEmpty(200);

        assertThat(root.get("/hub/api/users/ada").body()).doesNotContain("2036");
    }

    @Test
    void activityOfAServerThatDoesNotRunIsRefusedAndNoneOfTheOthersIsNoted() {
        rig.put(ApiRig.address("ada", ""), SessionState.READY);
        rig.clock.pass(Duration.ofHours(1));

        root.post("/hub/api/users/ada/activity", """
                {"servers": {"": {"last_activity": "2026-03-01T12:40:00Z"}, "gpu": {}}}
                """).refuses(400, "No such server 'gpu' for user ada");

        assertThat(root.get("/hub/api/users/ada")
                        .json()
                        .at("/servers//last_activity")
                        .asText())
                .isEqualTo("2026-03-01T12:00:00.000000Z");
    }
}
