/* Copyright the Carrel authors. */
package dev.carrel.engine.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens made, listed and ended by tokens: none may give away more than it has. */
class TokenEndpointsTest {
    private static final String TOKENS = "/hub/api/users/ada/tokens";

    @TempDir
    Path folder;

    private ApiRig rig;
    private ApiClient ada;

    @BeforeEach
    void open() throws Exception {
        rig = new ApiRig(folder);
        ada = rig.as("ada");
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private static String refused(String scope) {
        return "scope: \"" + scope + "\" is more than may be given away here";
    }

    @Test
    void aNewTokenIsShownOnceWithItsText() {
        ApiClient.Answer made = ada.post(TOKENS, """
                {"note": "nightly run", "expires_in": 3600, "scopes": ["servers!user"]}
                """);

        made.is(201, """
                {
                  "id": "TOKEN",
                  "kind": "api_token",
                  "user": "ada",
                  "note": "nightly run",
                  "scopes": ["servers!user"],
                  "roles": [],
                  "created": "2026-03-01T12:00:00.000000Z",
                  "expires_at": "2026-03-01T13:00:00.000000Z",
                  "last_activity": null,
                  "session_id": null,
                  "oauth_client": "JupyterHub",
                  "token": "SECRET"
                }
                """);
        String text = made.json().path("token").asText();
        assertThat(rig.with("token " + text).get("/hub/api/user").status()).isEqualTo(200);
        assertThat(ada.get(TOKENS).body()).doesNotContain(text);
        assertThat(ada.get(TOKENS + "/" + made.json().path("id").asText()).body())
                .doesNotContain(text);
    }

    @Test
    void withoutAnyWishesItMayAllItsOwnerMayAndDoesNotEnd() {
        for (String body : new String[] {"", "{}", "{\"expires_in\": 0, \"note\": null, \"scopes\": []}"}) {
            ApiClient.Answer made = ada.post(TOKENS, body);

            assertThat(made.status()).isEqualTo(201);
            assertThat(made.json().path("scopes").toString()).isEqualTo("[\"inherit\"]");
            assertThat(made.json().path("note").asText()).isEqualTo("Requested via api");
            assertThat(made.json().path("expires_at").isNull()).isTrue();
        }
    }

    @Test
    void tokensAreListedWithTheirUseButNeverTheirText() {
        rig.clock.pass(Duration.ofMinutes(5));

        ada.get(TOKENS).is(200, """
                {
                  "api_tokens": [
                    {
                      "id": "TOKEN",
                      "kind": "api_token",
                      "user": "ada",
                      "note": "test",
                      "scopes": ["inherit"],
                      "roles": [],
                      "created": "2026-03-01T12:00:00.000000Z",
                      "expires_at": null,
                      "last_activity": "2026-03-01T12:05:00.000000Z",
                      "session_id": null,
                      "oauth_client": "JupyterHub"
                    }
                  ]
                }
                """);
    }

    @Test
    void oneTokenIsShownByItsId() {
        String id = rig.token("ada", "read:tokens!user").token().id();

        ApiClient.Answer one = ada.get(TOKENS + "/" + id);

        assertThat(one.status()).isEqualTo(200);
        assertThat(one.json().path("id").asText()).isEqualTo(id);
        assertThat(one.json().path("scopes").toString()).isEqualTo("[\"read:tokens!user\"]");
    }

    @Test
    void aTokenThatWasEndedOpensNothingFromTheNextRequestOn() {
        var made = rig.token("ada");
        ApiClient holder = rig.with("token " + made.text());
        assertThat(holder.get("/hub/api/user").status()).isEqualTo(200);

        ada.delete(TOKENS + "/" + made.token().id()).isEmpty(204);

        assertThat(holder.get("/hub/api/user").status()).isEqualTo(403);
        ada.delete(TOKENS + "/" + made.token().id()).is(404, """
                {"status": 404, "message": "user \\"ada\\" has no such token", "code": "token.not-found"}
                """);
    }

    @Test
    void aTokenThatHasExpiredIsNotShownAnyMore() {
        String id = rig.token("ada", Optional.of(Duration.ofMinutes(1))).token().id();
        rig.clock.pass(Duration.ofMinutes(2));

        assertThat(ada.get(TOKENS).json().path("api_tokens").size()).isEqualTo(1);
        ada.get(TOKENS + "/" + id).refuses(404, "user \"ada\" has no such token");
    }

    @Test
    void theTokenOfSomebodyElseIsNotFoundUnderOnesOwnName() {
        String id = rig.token("root").token().id();

        ada.get(TOKENS + "/" + id).refuses(404, "user \"ada\" has no such token");
        ada.delete(TOKENS + "/" + id).refuses(404, "user \"ada\" has no such token");
        assertThat(rig.tokensOf("root")).isEqualTo(1);
    }

    @Test
    void aNarrowTokenMakesNoWiderOne() {
        ApiClient narrow = rig.as("ada", "tokens!user", "read:servers!user");

        assertThat(narrow.post(TOKENS, "{\"scopes\": [\"read:servers!user\"]}").status())
                .isEqualTo(201);
        for (String scope : new String[] {"inherit", "self", "servers!user", "servers", "admin:users", "users!user"}) {
            narrow.post(TOKENS, "{\"scopes\": [\"" + scope + "\"]}").refuses(403, refused(scope));
        }
        narrow.post(TOKENS, "").refuses(403, refused("inherit"));
        assertThat(rig.tokensOf("ada")).isEqualTo(3);
    }

    @Test
    void ordinaryPeopleGiveAwayNothingOfOthers() {
        rig.add("bob", false);

        for (String scope :
                new String[] {"servers!user=bob", "read:hub", "list:users", "read:users", "access:servers!server=bob/"
                }) {
            ada.post(TOKENS, "{\"scopes\": [\"" + scope + "\"]}").refuses(403, refused(scope));
        }
    }

    @Test
    void administratorsMakeTokensForOthersButOnlyWithAllTheirRights() {
        assertThat(rig.as("root").post(TOKENS, "").status()).isEqualTo(201);
        rig.as("root", "tokens", "admin:users").post(TOKENS, "").refuses(403, refused("inherit"));
        rig.as("root").post("/hub/api/users/bob/tokens", "").refuses(404, "user \"bob\" does not exist");
    }
}
