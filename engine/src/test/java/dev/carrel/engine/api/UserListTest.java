/* Copyright the Carrel authors. */
package dev.carrel.engine.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.carrel.engine.session.SessionState;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The list of accounts: all, filtered, by their servers' state, page by page. */
class UserListTest {
    @TempDir
    Path folder;

    private ApiRig rig;
    private ApiClient root;

    @BeforeEach
    void open() throws Exception {
        rig = new ApiRig(folder);
        rig.add("bob", false);
        rig.add("bobby", false);
        root = rig.as("root", "list:users");
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private static List<String> names(JsonNode users) {
        List<String> names = new ArrayList<>();
        users.forEach(u -> names.add(u.path("name").asText()));
        return names;
    }

    private List<String> names(String query) {
        ApiClient.Answer answer = root.get("/hub/api/users" + query);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return names(answer.json());
    }

    private ApiClient.Answer page(String path) {
        return root.send("GET", path, new byte[0], "Accept", "application/jupyterhub-pagination+json");
    }

    @Test
    void itIsAPlainListOfAccountsInTheOrderOfTheirNamesWhenMadeTogether() {
        assertThat(names("")).containsExactly("ada", "bob", "bobby", "root");
        assertThat(ApiRig.normal(root.get("/hub/api/users").json().get(0))).isEqualTo(ApiRig.normal("""
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
                  "ended": {}
                }
                """));
    }

    @Test
    void aPartOfTheNameFindsAccountsAndWildcardsAreOrdinaryCharacters() {
        assertThat(names("?name_filter=bob")).containsExactly("bob", "bobby");
        assertThat(names("?name_filter=%25")).isEmpty();
        assertThat(names("?name_filter=b_b")).isEmpty();
    }

    @Test
    void stretchesAreTakenByOffsetAndLimit() {
        assertThat(names("?offset=1&limit=2")).containsExactly("bob", "bobby");
        assertThat(names("?offset=99")).isEmpty();
    }

    @Test
    void theStateOfTheirServersFindsAccounts() {
        rig.put(ApiRig.address("ada", ""), SessionState.READY);
        rig.put(ApiRig.address("bob", "gpu"), SessionState.STARTING);
        rig.put(ApiRig.address("bobby", ""), SessionState.STOPPED);

        assertThat(names("?state=ready")).containsExactly("ada");
        assertThat(names("?state=active")).containsExactly("ada", "bob");
        assertThat(names("?state=inactive")).containsExactly("bobby", "root");
        assertThat(names("?state=active&name_filter=bob")).containsExactly("bob");
    }

    @Test
    void whoAsksForPagesGetsTheListWithAWayToTheNext() {
        ApiClient.Answer first = page("/hub/api/users?limit=3");

        assertThat(first.header("content-type")).isEqualTo("application/jupyterhub-pagination+json");
        assertThat(names(first.json().path("items"))).containsExactly("ada", "bob", "bobby");
        assertThat(ApiRig.normal(first.json().path("_pagination"))).isEqualTo(ApiRig.normal("""
                {
                  "offset": 0,
                  "limit": 3,
                  "total": 4,
                  "next": {
                    "offset": 3,
                    "limit": 3,
                    "url": "http://localhost:8000/hub/api/users?offset=3&limit=3"
                  }
                }
                """));
    }

    @Test
    void theLastPageHasNoNext() {
        ApiClient.Answer last = page("/hub/api/users?offset=3&limit=3");

        assertThat(names(last.json().path("items"))).containsExactly("root");
        assertThat(ApiRig.normal(last.json().path("_pagination")))
                .isEqualTo(ApiRig.normal("{\"offset\": 3, \"limit\": 3, \"total\": 4, \"next\": null}"));
    }

    @Test
    void theWayToTheNextPageKeepsWhatWasAskedFor() {
        rig.put(ApiRig.address("ada", ""), SessionState.READY);
        rig.put(ApiRig.address("bobby", ""), SessionState.READY);
        rig.put(ApiRig.address("root", ""), SessionState.READY);
        List<String> seen = new ArrayList<>();
        String way = "/hub/api/users?state=ready&name_filter=%62&limit=1";
        rig.put(ApiRig.address("bob", ""), SessionState.READY);

        while (!way.isEmpty()) {
            JsonNode page = page(way).json();
            seen.addAll(names(page.path("items")));
            String next = page.at("/_pagination/next/url").asText("");
            way = next.isEmpty()
                    ? ""
                    : URI.create(next).getRawPath() + "?" + URI.create(next).getRawQuery();
        }

        assertThat(seen).containsExactly("bob", "bobby");
    }

    @Test
    void noPageIsLargerThanTwoHundred() {
        assertThat(page("/hub/api/users?limit=100000")
                        .json()
                        .at("/_pagination/limit")
                        .asInt())
                .isEqualTo(200);
        assertThat(page("/hub/api/users").json().at("/_pagination/limit").asInt())
                .isEqualTo(50);
    }

    @Test
    void questionsThatMakeNoSenseAreRefusedByName() {
        root.get("/hub/api/users?limit=0").refuses(400, "limit: \"0\" (expected: a whole number, 1 or more)");
        root.get("/hub/api/users?offset=-1").refuses(400, "offset: \"-1\" (expected: a whole number, 0 or more)");
        root.get("/hub/api/users?offset=1e3").refuses(400, "offset: \"1e3\" (expected: a whole number, 0 or more)");
        root.get("/hub/api/users?limit=9999999999")
                .refuses(400, "limit: \"9999999999\" (expected: a whole number, 1 or more)");
        root.get("/hub/api/users?state=gone").refuses(400, "state: \"gone\" (expected: active, ready or inactive)");
    }
}
