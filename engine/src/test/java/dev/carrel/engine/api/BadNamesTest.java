/* Copyright the Carrel authors. */
package dev.carrel.engine.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.protocol.name.SessionAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names of people and servers in paths and bodies: which are welcome, and how the others are refused. */
class BadNamesTest {
    private static final String HAS = "(expected: letters and digits of any script and @ + . _ - ~ ! $ ( ) * , =)";

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

    private void nothingWasMade() {
        assertThat(rig.users()).containsExactly("ada", "root");
        assertThat(rig.sessions.starts()).isZero();
    }

    /** What comes back for a path that no proper client sends. */
    private void refusedRaw(String rawPath, String message) throws IOException {
        String answer = root.raw(rawPath);
        assertThat(answer).as(rawPath).startsWith("HTTP/1.1 400 ").contains("application/json");
        assertThat(ApiClient.JSON
                        .readTree(answer.split("\r\n\r\n", 2)[1])
                        .path("message")
                        .asText())
                .as(rawPath)
                .isEqualTo(message);
    }

    @Test
    void mailAddressesAndLettersOfAnyScriptAreWelcomeAndFoundAgain() {
        Map<String, String> names = new LinkedHashMap<>();
        names.put("ada@example.org", "ada@example.org");
        names.put("ada+lab@example.org", "ada+lab@example.org");
        names.put("a.b-c_d~e", "a.b-c_d~e");
        names.put("zo%C3%AB", "zoë");
        names.put("%E6%9D%8E", "李");
        names.put("a%40b", "a@b");
        names.put("...", "...");

        names.forEach((path, name) -> {
            assertThat(root.post("/hub/api/users/" + path, "")
                            .json()
                            .path("name")
                            .asText())
                    .isEqualTo(name);
            ApiClient.Answer again = root.get("/hub/api/users/" + path);
            assertThat(again.status()).as(again.body()).isEqualTo(200);
            assertThat(again.json().path("name").asText()).isEqualTo(name);
        });
    }

    @Test
    void addressesOfServersOfSuchPeopleLeadBackToThem() {
        for (String name : List.of("ada+lab@example.org", "zoë", "a(b)!")) {
            root.post("/hub/api/users", "{\"usernames\": [\"" + name + "\"]}");
            ApiClient own = rig.as(name);
            String path = "/hub/api/users/" + SessionAddress.encode(name);

            own.post(path + "/server", "").isEmpty(201);
            String progress = own.get(path).json().at("/servers//progress_url").asText();

            assertThat(progress).isEqualTo(path + "/server/progress");
            assertThat(own.get(progress).body()).contains("\"ready\":true");
        }
    }

    @Test
    void spellingsThatAPersonWouldCallTheSameAreTheSame() {
        assertThat(root.post("/hub/api/users/zo%C3%AB", "").status()).isEqualTo(201);

        for (String path : List.of("ZO%C3%8B", "zoe%CC%88", "%EF%BD%9A%EF%BD%8F%C3%AB")) {
            root.post("/hub/api/users/" + path, "").refuses(409, "user \"zoë\" exists already");
            assertThat(root.get("/hub/api/users/" + path).json().path("name").asText())
                    .isEqualTo("zoë");
        }
    }

    @Test
    void aNameOfThreeHundredCharactersIsTooLongHoweverItIsGiven() {
        String name = "a".repeat(300);
        String refused =
                "user name: \"" + "a".repeat(80) + "\"… (300 characters) is too long (expected: at most 255 bytes)";

        for (String method : List.of("GET", "POST", "PATCH", "DELETE")) {
            root.send(method, "/hub/api/users/" + name, "").refuses(400, refused);
        }
        root.post("/hub/api/users/" + name + "/server", "").refuses(400, refused);
        root.get("/hub/api/users/" + name + "/tokens").refuses(400, refused);
        root.post("/hub/api/users", "{\"usernames\": [\"bob\", \"" + name + "\"]}")
                .refuses(400, refused);
        nothingWasMade();
    }

    @Test
    void aNameMayHaveTwoHundredAndFiftyFiveBytes() {
        String longest = "a".repeat(255);

        assertThat(root.post("/hub/api/users/" + longest, "").status()).isEqualTo(201);
        assertThat(root.post("/hub/api/users/" + "%C3%AB".repeat(128), "").message())
                .endsWith("is too long (expected: at most 255 bytes)");
        assertThat(rig.users()).containsExactly(longest, "ada", "root");
    }

    @Test
    void charactersWithAMeaningInPathsAndPagesAreRefused() {
        Map<String, String> names = Map.of(
                "a%2Fb", "\"a/b\" contains \"/\"",
                "a%20b", "\"a b\" contains \" \"",
                "a%5Cb", "\"a\\\\b\" contains \"\\\\\"",
                "%3Cscript%3E", "\"<script>\" contains \"<\"",
                "a%22b", "\"a\\\"b\" contains \"\\\"\"",
                "a%0Ab", "\"a\\u{a}b\" contains \"\\u{a}\"",
                "a%25b", "\"a%b\" contains \"%\"",
                "a%E2%80%AEb", "\"a\\u{202e}b\" contains \"\\u{202e}\"",
                "a%3Ab", "\"a:b\" contains \":\"");

        names.forEach((path, told) -> {
            String refused = "user name: " + told + " " + HAS;
            root.get("/hub/api/users/" + path).refuses(400, refused);
            root.post("/hub/api/users/" + path, "").refuses(400, refused);
            root.post("/hub/api/users/" + path + "/server", "").refuses(400, refused);
        });
        nothingWasMade();
    }

    @Test
    void namesThatAreStepsInAPathAreRefused() {
        root.post("/hub/api/users/%2e%2e", "").refuses(400, "user name: \"..\" (expected: not a path)");
        root.post("/hub/api/users/%2e", "").refuses(400, "user name: \".\" (expected: not a path)");
        nothingWasMade();
    }

    @Test
    void pathsThatAreNoTextAreRefusedInJson() throws IOException {
        String users = "/hub/api/users/";
        refusedRaw(users + "%zz", "The path of the request holds a % that is not followed by two hexadecimal digits.");
        refusedRaw(users + "a%", "The path of the request holds a % that is not followed by two hexadecimal digits.");
        refusedRaw(users + "%FF", "The path of the request is not UTF-8 after decoding.");
        refusedRaw(users + "%C0%AF", "The path of the request is not UTF-8 after decoding.");
        refusedRaw(users + "%ED%A0%80", "The path of the request is not UTF-8 after decoding.");
        refusedRaw(users + "a%00", "The path of the request holds a NUL.");
        refusedRaw(
                "/hub/api/users?limit=%zz",
                "The parameters of the request holds a % that is not followed by two hexadecimal digits.");
        nothingWasMade();
    }

    @Test
    void whoAsksForAPageGetsJsonFromTheApiEvenWhenThePathIsNoText() {
        ApiClient.Answer answer =
                ApiClient.send(root.request("/hub/api/users/%FF").header("Accept", "text/html"));

        answer.refuses(400, "The path of the request is not UTF-8 after decoding.");
    }

    @Test
    void anEmptyNameIsNobody() {
        root.get("/hub/api/users/").refuses(404, "There is nothing at this address.");
        root.post("/hub/api/users/", "").refuses(404, "There is nothing at this address.");
        root.post("/hub/api/users//server", "").refuses(404, "There is nothing at this address.");
        root.post("/hub/api/users", "{\"usernames\": [\"\"]}")
                .refuses(400, "user name: empty (expected: 1 to 255 bytes)");
        nothingWasMade();
    }

    @Test
    void ofSeveralNamesNoneIsAddedWhenOneIsRefused() {
        root.post("/hub/api/users", "{\"usernames\": [\"bob\", \"eve\", \"a/b\"]}")
                .refuses(400, "user name: \"a/b\" contains \"/\" " + HAS);
        nothingWasMade();
    }

    @Test
    void namesOfServersAreSmallLettersDigitsAndFewSigns() {
        Map<String, String> names = Map.of(
                "GPU",
                "\"GPU\"",
                "a%20b",
                "\"a b\"",
                "a%2Fb",
                "\"a/b\"",
                ".hidden",
                "\".hidden\"",
                "%C3%AB",
                "\"ë\"",
                "a".repeat(101),
                "\"" + "a".repeat(80) + "\"… (101 characters)");

        names.forEach((path, shown) -> {
            String refused = "server name: " + shown
                    + " (expected: at most 100 characters of a-z 0-9 . _ ~ - not starting with a dot; empty for the default server)";
            root.post("/hub/api/users/ada/servers/" + path, "").refuses(400, refused);
            root.delete("/hub/api/users/ada/servers/" + path).refuses(400, refused);
            root.get("/hub/api/users/ada/servers/" + path + "/progress").refuses(400, refused);
        });
        nothingWasMade();
    }

    @Test
    void noServerStartsWhereTheNamedPortsOfTheDefaultOneAre() {
        String refused =
                "server name: \"ports\" (expected: another one; under /user/ada/ports/ are the named ports of the"
                        + " default server)";
        root.post("/hub/api/users/ada/servers/ports", "").refuses(400, refused);
        nothingWasMade();

        root.post("/hub/api/users/ada/servers/ports2", "").isEmpty(201);
    }

    @Test
    void anIdOfATokenThatIsNoneIsNotFoundWhateverItsCharacters() {
        for (String id : List.of("nothing", "%2e%2e", "a%20b", "'%20OR%201=1", "x".repeat(2000))) {
            root.get("/hub/api/users/ada/tokens/" + id).refuses(404, "user \"ada\" has no such token");
            root.delete("/hub/api/users/ada/tokens/" + id).refuses(404, "user \"ada\" has no such token");
        }
    }
}
