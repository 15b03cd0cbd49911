/* Copyright the Carrel authors. */
package dev.carrel.engine.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.engine.session.SessionState;
import dev.carrel.protocol.name.UserName;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bodies that are not as they must be are refused with the value and what was expected, and nothing is made of them. */
class BadInputTest {
    /** Everything that takes a body. */
    private static final Map<String, List<String>> CHANGES = Map.of(
            "POST",
            List.of(
                    "/hub/api/users",
                    "/hub/api/users/bob",
                    "/hub/api/users/ada/activity",
                    "/hub/api/users/ada/tokens",
                    "/hub/api/users/ada/server",
                    "/hub/api/users/ada/servers/",
                    "/hub/api/users/ada/servers/gpu"),
            "PATCH",
            List.of("/hub/api/users/ada"),
            "DELETE",
            List.of("/hub/api/users/ada/server", "/hub/api/users/ada/servers/", "/hub/api/users/ada/servers/gpu"));

    @TempDir
    Path folder;

    private ApiRig rig;
    private ApiClient root;
    private int tokens;

    @BeforeEach
    void open() throws Exception {
        rig = new ApiRig(folder);
        root = rig.as("root");
        tokens = rig.tokensOf("root");
    }

    @AfterEach
    void nothingWasMade() {
        assertThat(rig.users()).containsExactly("ada", "root");
        assertThat(rig.accounts().get(UserName.of("ada")).admin()).isFalse();
        assertThat(rig.tokensOf("ada")).isZero();
        assertThat(rig.tokensOf("root")).isEqualTo(tokens);
        assertThat(rig.sessions.starts()).isZero();
        rig.close();
    }

    /** Sends it wherever a body is taken and gives what came back. */
    private Map<String, ApiClient.Answer> everywhere(byte[] body, String... headers) {
        Map<String, ApiClient.Answer> answers = new LinkedHashMap<>();
        CHANGES.forEach((method, paths) ->
                paths.forEach(path -> answers.put(method + " " + path, root.send(method, path, body, headers))));
        return answers;
    }

    private void refusedEverywhere(byte[] body, int status, String message, String... headers) {
        everywhere(body, headers).forEach((where, answer) -> {
            assertThat(answer.status()).as(where + ": " + answer).isEqualTo(status);
            answer.refuses(status, message);
        });
    }

    private void refusedEverywhere(String body, int status, String message) {
        refusedEverywhere(body.getBytes(StandardCharsets.UTF_8), status, message);
    }

    @Test
    void whatIsNotJsonIsToldWithItsPlace() {
        refusedEverywhere("{\"admin\": tru}", 400, "body: not JSON at line 1, column 11 (expected: one JSON object)");
        refusedEverywhere("{\n\n  'a': 1}", 400, "body: not JSON at line 3, column 3 (expected: one JSON object)");
        refusedEverywhere("{", 400, "body: not JSON at line 1, column 2 (expected: one JSON object)");
    }

    @Test
    void whatWouldBeReadInTwoWaysIsNoJson() {
        for (String body : List.of(
                "{\"admin\": false, \"admin\": true}",
                "{} {}",
                "{\"a\": NaN}",
                "{\"a\": 1,}",
                "{\"a\": 01}",
                "{} //",
                "{\"a\":".repeat(20) + "1" + "}".repeat(20))) {
            everywhere(body.getBytes(StandardCharsets.UTF_8)).forEach((where, answer) -> {
                assertThat(answer.status()).as(where + " " + body).isEqualTo(400);
                assertThat(answer.message()).startsWith("body: not JSON").endsWith("(expected: one JSON object)");
            });
        }
    }

    @Test
    void bytesThatAreNoTextAreRefusedAndNoOtherEncodingIsGuessed() {
        byte[][] bodies = {
            {'{', '"', (byte) 0xff, '"', ':', '1', '}'},
            {'{', '"', (byte) 0xc0, (byte) 0xaf, '"', ':', '1', '}'},
            {0, 0, 0, '{', (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff},
            {(byte) 0xfe, (byte) 0xff, 0, '{', 0, '}'},
        };
        for (byte[] body : bodies) {
            refusedEverywhere(body, 400, "The body of the request is not UTF-8.");
        }
    }

    @Test
    void jsonThatIsNoObjectIsToldWhatItIs() {
        refusedEverywhere("[]", 400, "body: a list (expected: an object)");
        refusedEverywhere("\"ada\"", 400, "body: \"ada\" (expected: an object)");
        refusedEverywhere("17", 400, "body: 17 (expected: an object)");
        refusedEverywhere("null", 400, "body: null (expected: an object)");
    }

    @Test
    void aBodyOfAKindThatFormsSendIsRefusedUnread() {
        for (String type :
                List.of("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x")) {
            refusedEverywhere(
                    "{}".getBytes(StandardCharsets.UTF_8),
                    415,
                    "content type: \"" + type + "\" (expected: application/json)",
                    "Content-Type",
                    type);
        }
    }

    @Test
    void aBodyThatIsTooLargeIsRefusedHoweverItArrives() {
        byte[] large = ("{\"note\": \"" + "x".repeat(256 * 1024) + "\"}").getBytes(StandardCharsets.UTF_8);
        String refused = "The body of the request is larger than 262144 bytes.";

        refusedEverywhere(large, 413, refused);
        ApiClient.send(root.request("/hub/api/users")
                        .POST(HttpRequest.BodyPublishers.fromPublisher(HttpRequest.BodyPublishers.ofByteArray(large))))
                .refuses(413, refused);
    }

    @Test
    void aBodyOfMegabytesIsRefusedInJsonToo() {
        ApiClient.Answer answer = root.send("POST", "/hub/api/users", new byte[1024 * 1024 + 1]);

        answer.refuses(413, "The body of the request is larger than 1048576 bytes.");
    }

    @Test
    void fieldsOfTheWrongTypeAreNamedWithTheirValueAndWhatWasExpected() {
        Map<String, String> users = Map.of(
                "{\"usernames\": \"bob\"}", "usernames: \"bob\" (expected: a list of texts)",
                "{\"usernames\": {}}", "usernames: an object (expected: a list of texts)",
                "{\"usernames\": [\"bob\", 5]}", "usernames: 5 (expected: a list of texts)",
                "{\"usernames\": [\"bob\", null]}", "usernames: null (expected: a list of texts)",
                "{\"usernames\": [\"bob\"], \"admin\": \"true\"}", "admin: \"true\" (expected: true or false)",
                "{\"usernames\": [\"bob\"], \"admin\": 1}", "admin: 1 (expected: true or false)",
                "{\"usernames\": []}", "usernames: none (expected: a list of at least one name)",
                "{}", "usernames: none (expected: a list of at least one name)");

        users.forEach((body, message) -> root.post("/hub/api/users", body).refuses(400, message));
        root.post("/hub/api/users/bob", "{\"admin\": []}").refuses(400, "admin: a list (expected: true or false)");
        root.patch("/hub/api/users/ada", "{\"admin\": \"yes\"}")
                .refuses(400, "admin: \"yes\" (expected: true or false)");
        root.patch("/hub/api/users/ada", "{\"name\": 5}").refuses(400, "name: 5 (expected: a text)");
    }

    @Test
    void startsAndStopsWithOptionsThatMakeNoSenseAreRefused() {
        root.post("/hub/api/users/ada/server", "{\"image\": [\"default\"]}")
                .refuses(400, "image: a list (expected: a text)");
        root.post("/hub/api/users/ada/server", "{\"image\": \"evil\\n\"}")
                .refuses(400, "image: \"evil\\u{a}\" (expected: one of default, other)");
        root.send("DELETE", "/hub/api/users/ada/server", "{\"remove\": \"yes\"}")
                .refuses(400, "remove: \"yes\" (expected: true or false)");
    }

    @Test
    void tokensThatMakeNoSenseAreRefused() {
        String path = "/hub/api/users/ada/tokens";

        root.post(path, "{\"note\": 5}").refuses(400, "note: 5 (expected: a text)");
        root.post(path, "{\"expires_in\": \"60\"}").refuses(400, "expires_in: \"60\" (expected: a whole number)");
        root.post(path, "{\"expires_in\": 1.5}").refuses(400, "expires_in: 1.5 (expected: a whole number)");
        root.post(path, "{\"expires_in\": 1e400}").refuses(400, "expires_in: Infinity (expected: a whole number)");
        root.post(path, "{\"expires_in\": 99999999999999999999}")
                .refuses(400, "expires_in: 99999999999999999999 (expected: a whole number)");
        assertThat(root.post(path, "{\"expires_in\": -1}").status()).isEqualTo(400);
        assertThat(root.post(path, "{\"expires_in\": 9223372036854775807}").status())
                .isEqualTo(400);
        root.post(path, "{\"scopes\": \"inherit\"}").refuses(400, "scopes: \"inherit\" (expected: a list of texts)");
        assertThat(root.post(path, "{\"scopes\": [\"read:user\"]}").message())
                .startsWith("scope: \"read:user\" (did you mean read:users? known: ");
        assertThat(root.post(path, "{\"scopes\": [\"servers!group=x\"]}").message())
                .startsWith("scope: \"servers!group=x\" (expected after !: ");
        assertThat(root.post(path, "{\"note\": \"" + "x".repeat(201) + "\"}").message())
                .contains("201 characters")
                .contains("(expected: at most 200");
    }

    @Test
    void activityThatMakesNoSenseIsRefused() {
        rig.put(ApiRig.address("ada", ""), SessionState.READY);
        String path = "/hub/api/users/ada/activity";
        Map<String, String> bodies = Map.of(
                "{}", "body must contain at least one of `last_activity` or `servers`",
                "{\"last_activity\": 5}", "last_activity: 5 (expected: a text)",
                "{\"last_activity\": \"now\"}", "last_activity: \"now\" (expected: an ISO 8601 time)",
                "{\"servers\": []}", "servers: a list (expected: an object)",
                "{\"servers\": {\"\": \"2026-03-01T12:00:00Z\"}}",
                        "servers: \"2026-03-01T12:00:00Z\" (expected: an object with last_activity)",
                "{\"servers\": {\"\": {}}}", "servers: an object (expected: an object with last_activity)",
                "{\"servers\": {\"\": {\"last_activity\": \"\"}}}", "last_activity: \"\" (expected: an ISO 8601 time)",
                "{\"servers\": {\"gpu\": {}}}", "No such server 'gpu' for user ada");

        bodies.forEach((body, message) -> root.post(path, body).refuses(400, message));
        assertThat(root.post(path, "{\"servers\": {\"a b\": {}}}").message())
                .startsWith("server name: \"a b\" (expected: at most 100 characters of a-z");
    }
}
