/* Copyright the Carrel authors. */
package dev.carrel.engine.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.carrel.engine.plugin.PackedPlugin;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Administrators see the commands of plugins, call them and learn what became of it. */
@Timeout(120)
class PluginCommandsTest {
    private static final String WAIT = "/hub/api/plugins/waiting/commands/wait";

    @TempDir
    Path folder;

    private ApiRig rig;
    private ApiClient root;
    private Path gate;

    @BeforeEach
    void start() throws Exception {
        rig = new ApiRig(folder);
        PackedPlugin.into(folder.resolve("plugins"), "waiting", WaitingPlugin.class);
        rig.startPlugins();
        root = rig.as("root");
        gate = folder.resolve("gate");
    }

    @AfterEach
    void stop() throws Exception {
        if (!Files.exists(gate)) {
            Files.createFile(gate);
        }
        rig.close();
    }

    private JsonNode until(String id, String state) {
        while (true) {
            JsonNode now = root.get("/hub/api/plugins/commands/" + id).json();
            if (now.path("state").asText().equals(state)) {
                return now;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    private static String id(ApiClient.Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(202);
        assertThat(answer.header("location"))
                .isEqualTo(
                        "/hub/api/plugins/commands/" + answer.json().path("id").asText());
        return answer.json().path("id").asText();
    }

    @Test
    void administratorsSeeWhatAPluginCanBeToldAndOthersDoNot() {
        JsonNode plugin = root.get("/hub/api/plugins").json().path("plugins").path(1);

        assertThat(ApiRig.normal(plugin.path("commands"))).isEqualTo(ApiRig.normal("""
                [{"name": "wait", "text": "Waits for a file. Data: its path.", "limit_seconds": 90.0, "at_once": 1, "waiting": 1}]
                """));
        assertThat(rig.as("ada").get("/hub/api/plugins").json().has("plugins")).isFalse();
    }

    @Test
    void aCallIsAnsweredAtOnceAndFollowedToItsEnd() throws Exception {
        String id = id(root.post(WAIT, gate.toString()));
        JsonNode running = until(id, "running");
        assertThat(running.path("caller").asText()).isEqualTo("user:root");
        assertThat(running.path("ended").isNull()).isTrue();

        Files.createFile(gate);

        JsonNode done = until(id, "done");
        assertThat(done.path("result").asText()).isEqualTo("seen for user:root");
        assertThat(done.path("reason").asText()).isEmpty();
        assertThat(done.path("ended").isTextual()).isTrue();
    }

    @Test
    void aFailureHasItsReason() {
        JsonNode failed = until(id(root.post(WAIT, "")), "failed");

        assertThat(failed.path("reason").asText()).isEqualTo("data: \"\" (expected: the path of a file)");
        assertThat(failed.path("result").asText()).isEmpty();
    }

    @Test
    void moreThanMayWaitAreRefusedWithATime() {
        String running = id(root.post(WAIT, gate.toString()));
        until(running, "running");
        String queued = id(root.post(WAIT, gate.toString()));
        assertThat(until(queued, "queued").path("started").isNull()).isTrue();

        ApiClient.Answer refused = root.post(WAIT, gate.toString());

        refused.refuses(
                429,
                "1 calls of waiting/wait wait already, as many as may (try again once some of them have been done)");
        assertThat(refused.header("retry-after")).isEqualTo("5");
    }

    @Test
    void whatIsNotThereIsNamed() {
        root.post("/hub/api/plugins/nobody/commands/wait", "")
                .refuses(404, "no plugin nobody runs (see: carrel plugin list)");
        root.post("/hub/api/plugins/waiting/commands/wiat", "")
                .refuses(404, "plugin waiting has no command wiat (it has: wait)");
        root.get("/hub/api/plugins/commands/nothing")
                .refuses(
                        404,
                        "No call \"nothing\" is known to this engine. Outcomes of the last 1000 calls are kept until it stops.");
    }

    @Test
    void dataMustBeTextAndNotTooLong() {
        assertThat(root.send("POST", WAIT, new byte[] {(byte) 0xff, (byte) 0xfe})
                        .status())
                .isEqualTo(400);
        assertThat(root.post(WAIT, "x".repeat(64 * 1024 + 1)).status()).isEqualTo(413);
    }

    @Test
    void nobodyElseMayCallOrLook() {
        String id = id(root.post(WAIT, ""));
        assertThat(rig.as("ada").post(WAIT, "").status()).isEqualTo(403);
        assertThat(rig.as("ada").get("/hub/api/plugins/commands/" + id).status())
                .isEqualTo(403);
        assertThat(rig.with("").post(WAIT, "").status()).isEqualTo(403);
        assertThat(rig.as("root", "read:hub").post(WAIT, "").status()).isEqualTo(403);
        assertThat(rig.as("root", "admin:users").post(WAIT, "").status()).isEqualTo(202);
    }
}
