/* Copyright the Carrel authors. */
package dev.carrel.engine.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.engine.session.SessionState;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the hub tells of itself and of whoever asks. */
class HubEndpointsTest {
    @TempDir
    Path folder;

    private ApiRig rig;

    @BeforeEach
    void open() throws Exception {
        rig = new ApiRig(folder);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void anybodyMayAskForTheVersionWithAndWithoutASlash() {
        rig.with("").get("/hub/api/").is(200, "{\"version\": \"5.2.1\"}");
        rig.with("").get("/hub/api").is(200, "{\"version\": \"5.2.1\"}");
    }

    @Test
    void anybodyMayAskWhetherItIsWell() {
        rig.with("").get("/hub/api/health").is(200, "{\"status\": \"ok\"}");
        rig.with("").get("/hub/health").is(200, "{\"status\": \"ok\"}");
    }

    @Test
    void administratorsSeeWhatItIsMadeOf() {
        rig.as("root").get("/hub/api/info").is(200, """
                {
                  "version": "5.2.1",
                  "python": "not used",
                  "sys_executable": "java VERSION",
                  "spawner": {"class": "carrel.container-manager", "version": "1"},
                  "authenticator": {"class": "carrel.local", "version": "1"}
                }
                """);
    }

    @Test
    void whoAsksWithATokenSeesThemselvesAndWhatTheTokenMay() {
        rig.as("ada").get("/hub/api/user").is(200, """
                {
                  "kind": "user",
                  "name": "ada",
                  "admin": false,
                  "disabled": false,
                  "roles": ["user"],
                  "groups": [],
                  "created": "2026-03-01T12:00:00.000000Z",
                  "last_activity": null,
                  "server": null,
                  "pending": null,
                  "servers": {},
                  "ended": {},
                  "scopes": ["inherit"],
                  "session_id": null,
                  "token_id": "TOKEN"
                }
                """);
    }

    @Test
    void aTokenThatMayNotReadItsOwnersAccountLearnsWhoItIsAndNothingMore() {
        rig.put(ApiRig.address("ada", ""), SessionState.READY);

        rig.as("ada", "tokens!user").get("/hub/api/user").is(200, """
                {
                  "kind": "user",
                  "name": "ada",
                  "groups": [],
                  "scopes": ["tokens!user"],
                  "session_id": null,
                  "token_id": "TOKEN"
                }
                """);
    }

    @Test
    void bothWordsForATokenAreUnderstood() {
        String text = rig.token("ada").text();

        assertThat(rig.with("token " + text).get("/hub/api/user").status()).isEqualTo(200);
        assertThat(rig.with("Bearer " + text).get("/hub/api/user").status()).isEqualTo(200);
        assertThat(rig.with("bearer   " + text).get("/hub/api/user").status()).isEqualTo(200);
    }

    @Test
    void whoHasNoTokenIsToldSoInJson() {
        rig.with("").get("/hub/api/user").is(403, """
                {"status": 403, "message": "Missing or invalid credentials.", "code": "signin.required"}
                """);
    }

    @Test
    void whatIsNotThereAndMethodsThatAreNotKnownAreToldInJson() {
        ApiClient root = rig.as("root");

        root.get("/hub/api/nothing").refuses(404, "There is nothing at this address.");
        ApiClient.Answer wrong = root.send("PUT", "/hub/api/users/ada", "{}");
        wrong.refuses(405, "The method PUT is not allowed here; allowed: DELETE, GET, HEAD, OPTIONS, PATCH, POST.");
        assertThat(wrong.header("allow")).isEqualTo("DELETE, GET, HEAD, OPTIONS, PATCH, POST");
    }

    @Test
    void noAnswerMayBeKeptByACache() {
        ApiClient ada = rig.as("ada");

        assertThat(ada.get("/hub/api/user").header("cache-control")).isEqualTo("no-store");
        assertThat(ada.get("/hub/api/users/ada/tokens").header("cache-control")).isEqualTo("no-store");
        assertThat(ada.get("/hub/api/users/root").header("cache-control")).isEqualTo("no-store");
    }
}
