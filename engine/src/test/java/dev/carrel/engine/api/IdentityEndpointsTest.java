/* Copyright the Carrel authors. */
package dev.carrel.engine.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Administrators link identities with accounts. */
class IdentityEndpointsTest {
    private static final String ADA = "/hub/api/users/ada/identities";
    private static final String LINK = "{\"method\": \"auth-oidc\", \"subject\": \"google:7\"}";

    @TempDir
    Path folder;

    private ApiRig rig;
    private ApiClient root;

    @BeforeEach
    void open() throws Exception {
        rig = new ApiRig(folder);
        rig.add("bob", false);
        root = rig.as("root");
    }

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void oneIsLinkedListedAndTakenAway() {
        assertThat(root.post(ADA, LINK).status()).isEqualTo(201);

        assertThat(root.get(ADA).json().toString())
                .contains("\"method\":\"auth-oidc\",\"subject\":\"google:7\",\"user\":\"ada\"");
        assertThat(root.get("/hub/api/users/bob/identities").json().toString()).isEqualTo("{\"identities\":[]}");
        assertThat(root.delete(ADA + "?method=auth-oidc&subject=google:7").status())
                .isEqualTo(204);
        assertThat(root.get(ADA).json().toString()).isEqualTo("{\"identities\":[]}");
        assertThat(root.delete(ADA + "?method=auth-oidc&subject=google:7").status())
                .isEqualTo(404);
    }

    @Test
    void noneOpensTwoAccounts() {
        root.post(ADA, LINK);

        ApiClient.Answer second = root.post("/hub/api/users/bob/identities", LINK);

        assertThat(second.status()).isEqualTo(409);
        assertThat(second.message()).contains("opens an account already: \"ada\"");
    }

    @Test
    void takingOneAwayEndsTheAccountsTokens() {
        root.post(ADA, LINK);
        ApiClient ada = rig.as("ada");

        root.delete(ADA + "?method=auth-oidc&subject=google:7");

        assertThat(ada.get("/hub/api/user").status()).isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "{}", "{\"method\": \"x\"}", "{\"method\": \"X Y\", \"subject\": \"s\"}", "{\"method\": 1}"})
    void whatIsNoIdentityIsRefused(String body) {
        assertThat(root.post(ADA, body).status()).isEqualTo(400);
    }

    @Test
    void nobodyIsLinkedWhoIsNotThere() {
        assertThat(root.post("/hub/api/users/nobody/identities", LINK).status()).isEqualTo(404);
    }
}
