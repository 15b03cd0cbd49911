/* Copyright the Carrel authors. */
package dev.carrel.engine.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.engine.signin.Caller;
import dev.carrel.protocol.name.UserName;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose a function is, who is named in it, and who learns of it. */
class FunctionOwnersTest {
    private static final String ALL = "/hub/api/functions";
    private static final String CALC = ALL + "/ada/calc";
    private static final String SMALLEST = "{\"code\":\"def add(a,b):\\n  return float(a)+float(b)\"}";

    @TempDir
    Path folder;

    private ApiRig rig;
    private ApiClient ada;

    @BeforeEach
    void open() throws Exception {
        rig = new ApiRig(folder);
        rig.add("bob", false);
        ada = rig.as("ada");
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private void put(String code) {
        ada.send("PUT", CALC, "{\"code\": \"" + code + "\"}");
    }

    @Test
    void functionsEndWithTheirAccount() {
        put("x");

        rig.accounts().delete(UserName.of("ada"), Caller.COMMAND_LINE);

        ApiClient root = rig.as("root");
        assertThat(root.get(ALL).json()).isEmpty();
        rig.add("ada", false);
        assertThat(root.get(ALL + "/ada").json()).isEmpty();
        root.get(CALC).refuses(404, "there is no function calc.ada");
    }

    @Test
    void aLaterPersonOfTheNameIsNotWhoWasMeant() {
        String shared = "{\"code\": \"x\", \"visibility\": \"users\", \"users\": [\"bob\", \"root\"]}";
        ada.send("PUT", CALC, shared);
        assertThat(rig.mayCall("ada", "calc")).containsExactly("bob", "root");

        rig.accounts().delete(UserName.of("bob"), Caller.COMMAND_LINE);
        rig.add("bob", false);

        assertThat(rig.mayCall("ada", "calc")).containsExactly("root");
        assertThat(ada.get(CALC).json().path("users").toString()).isEqualTo("[\"root\"]");
        // Published again, the name means whoever bears it now.
        assertThat(ada.send("PUT", CALC, shared).json().path("added").asBoolean())
                .isFalse();
        assertThat(rig.mayCall("ada", "calc")).containsExactly("bob", "root");
    }

    @Test
    void whoIsNamedFindsTheFunctionAndLearnsNothingElse() {
        ada.send(
                "PUT",
                CALC,
                "{\"code\": \"x\", \"handlers\": [\"add\"], \"description\": \"sums\", \"environment\": {\"KEY\": \"canary\"},"
                        + " \"secrets\": {\"TOKEN\": \"canary\"}, \"visibility\": \"users\", \"users\": [\"bob\"]}");
        ada.send("PUT", ALL + "/ada/hidden", "{\"code\": \"x\"}");
        ApiClient bob = rig.as("bob");

        bob.get(ALL + "?shared=true").is(200, """
                [{"name": "calc", "owner": "ada", "url": "http://localhost:8000/function/calc.ada", "active": 1,
                  "description": "sums", "handlers": ["add"]}]""");
        assertThat(bob.get(ALL).json()).isEmpty();
        assertThat(ada.get(ALL + "?shared=true").json()).isEmpty();
        assertThat(rig.as("root").get(ALL + "?shared=true").json()).isEmpty();
        bob.get(ALL + "?shared=maybe").refuses(400, "shared: \"maybe\" (expected: true or false)");
        assertThat(rig.as("bob", "call:functions!user")
                        .get(ALL + "?shared=true")
                        .status())
                .isEqualTo(403);

        put("y");
        assertThat(bob.get(ALL + "?shared=true").json()).isEmpty();
        ada.send("POST", CALC + "/rollback", "");
        assertThat(bob.get(ALL + "?shared=true").json()).hasSize(1);
        ada.send("DELETE", CALC, "");
        assertThat(bob.get(ALL + "?shared=true").json()).isEmpty();
    }

    @Test
    void everybodySeesTheirOwnAndAdministratorsAll() {
        put("x");
        ApiClient bob = rig.as("bob");
        bob.send("PUT", ALL + "/bob/calc", "{\"code\": \"y\"}");

        assertThat(bob.get(ALL).json()).hasSize(1);
        assertThat(bob.get(ALL).json().get(0).path("owner").asText()).isEqualTo("bob");
        assertThat(rig.as("root").get(ALL).json()).hasSize(2);
        assertThat(bob.get(CALC).status()).isEqualTo(404);
        assertThat(bob.send("PUT", CALC, SMALLEST).status()).isEqualTo(404);
        assertThat(rig.as("ada", "read:functions!user")
                        .send("PUT", CALC, SMALLEST)
                        .status())
                .isEqualTo(404);
        assertThat(rig.as("ada", "functions!user").send("PUT", CALC, SMALLEST).status())
                .isEqualTo(200);
    }
}
