/* Copyright the Carrel authors. */
package dev.carrel.engine.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cells of a notebook, as the server of the owner's session has it, become a function. */
class FromNotebookTest {
    private static final String CALC = "/hub/api/functions/ada/calc";
    private static final String CONTENTS = "/user/ada/api/contents/";
    private static final String ASKED = "?type=notebook&content=1";
    private static final String NOTEBOOK = """
            {"name": "calc.ipynb", "path": "work/calc.ipynb", "type": "notebook", "content": {"cells": [
              {"cell_type": "markdown", "metadata": {"tags": ["export"]}, "source": "# Title"},
              {"cell_type": "code", "metadata": {"tags": ["export"]}, "source": ["import math\\n", "X = 1"]},
              {"cell_type": "code", "metadata": {}, "source": "print(X)"},
              {"cell_type": "code", "metadata": {"tags": ["more", "export"]}, "source": "def add(a, b):\\n  return a + b"}
            ], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}}""";

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

    private ApiClient.Answer publish(String fields) {
        return ada.post(CALC + "/from-notebook", "{\"notebook\": \"work/calc.ipynb\"" + fields + "}");
    }

    private void start() {
        assertThat(ada.post("/hub/api/users/ada/server", "").status()).isEqualTo(201);
    }

    @Test
    void itsTaggedCodeCellsAreTheCodeInTheirOrder() {
        start();
        rig.sessions.serve(CONTENTS + "work/calc.ipynb" + ASKED, 200, NOTEBOOK);

        ApiClient.Answer published = publish(", \"handlers\": [\"add\"], \"visibility\": \"public\"");

        assertThat(published.status()).as(published.body()).isEqualTo(201);
        assertThat(ada.get(CALC + "/versions/1").json().path("code").asText())
                .isEqualTo("import math\nX = 1\n\ndef add(a, b):\n  return a + b\n");
        assertThat(ada.get(CALC).json().path("visibility").asText()).isEqualTo("public");
        // Asked with the session's own token, which nobody else has.
        assertThat(rig.sessions.asked())
                .contains(CONTENTS + "work/calc.ipynb" + ASKED + " token "
                        + rig.sessionsOf("ada").getFirst().upstreamToken());
        assertThat(publish(", \"handlers\": [\"add\"], \"visibility\": \"public\"")
                        .json()
                        .path("added")
                        .asBoolean())
                .isFalse();
    }

    @Test
    void whatIsMissingIsSaid() {
        publish("").refuses(409, "your session is not running, or not on this instance (start it, then publish again)");
        start();
        rig.sessions.serve(CONTENTS + "work/calc.ipynb" + ASKED, 404, "{}");
        publish("")
                .refuses(
                        404,
                        "your session has no notebook \"work/calc.ipynb\" (expected: its path below the session's root)");
        rig.sessions.serve(CONTENTS + "work/calc.ipynb" + ASKED, 200, NOTEBOOK.replace("export", "other"));
        publish("")
                .refuses(
                        400,
                        "notebook: no code cell of \"work/calc.ipynb\" has the tag export (of 4 cells; expected: the tag on each cell to publish, and the notebook saved)");
        rig.sessions.serve(CONTENTS + "work/calc.ipynb" + ASKED, 200, "{\"type\": \"directory\"}");
        publish("").refuses(400, "notebook: \"work/calc.ipynb\" is none (expected: a notebook's path)");
        rig.sessions.serve(CONTENTS + "work/calc.ipynb" + ASKED, 400, "{}");
        publish("")
                .refuses(
                        400,
                        "your session answered 400 when asked for the notebook \"work/calc.ipynb\" (expected: a notebook that can be read)");
        ada.post(CALC + "/from-notebook", "{}")
                .refuses(400, "notebook: missing (expected: a notebook's path in the session)");
        publish(", \"code\": \"x\"")
                .refuses(400, "code: given (expected: none, for the notebook's cells are the code)");
        publish(", \"server\": \"gpu\"")
                .refuses(
                        409,
                        "your session 'gpu' is not running, or not on this instance (start it, then publish again)");
        assertThat(ada.get("/hub/api/functions").json()).isEmpty();
    }

    @Test
    void noPathLeadsElsewhereInTheSession() {
        start();
        for (String path : List.of("../api/kernels", "/etc/passwd", "a//b", "a/./b", "")) {
            ApiClient.Answer answer = ada.post(CALC + "/from-notebook", "{\"notebook\": \"" + path + "\"}");
            assertThat(answer.status()).as(path).isEqualTo(400);
            assertThat(answer.message()).endsWith("(expected: a path below the session's root, as work/calc.ipynb)");
        }
        assertThat(ada.post(CALC + "/from-notebook", "{\"notebook\": \"a?b#c%2F.ipynb\"}")
                        .status())
                .isEqualTo(400);

        assertThat(rig.sessions.asked())
                .filteredOn(line -> line.contains("/api/contents/"))
                .hasSize(1)
                .first()
                .asString()
                .startsWith(CONTENTS + "a%3Fb%23c%252F.ipynb" + ASKED);
    }

    @Test
    void noAdministratorReadsWhatIsInSomebodysSession() {
        start();
        rig.sessions.serve(CONTENTS + "work/calc.ipynb" + ASKED, 200, NOTEBOOK);

        ApiClient.Answer answer = rig.as("root").post(CALC + "/from-notebook", "{\"notebook\": \"work/calc.ipynb\"}");

        assertThat(answer.status()).isEqualTo(404);
        assertThat(rig.sessions.asked()).noneMatch(line -> line.contains("/api/contents/"));
    }
}
