/* Copyright the Carrel authors. */
package dev.carrel.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A function that runs by itself, in a real container, with an engine that is killed when it is due. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ScheduleIT {
    private static final String TICK = "/hub/api/functions/alice/tick";

    private Carrel carrel;
    private String token;
    private Api alice;

    @RegisterExtension
    final AfterTestExecutionCallback telling = context -> {
        if (context.getExecutionException().isPresent()) {
            System.out.println(context.getDisplayName() + " failed" + carrel.logs());
        }
    };

    @BeforeAll
    void start() throws Exception {
        carrel = Carrel.prepared();
        carrel.succeed("setup");
        carrel.addUser("alice", "alice's long pass phrase", false);
        carrel.start();
        token = carrel.token("alice");
        alice = new Api(carrel, token);
    }

    @AfterAll
    void stop() {
        carrel.close();
    }

    private JsonNode calls() {
        return alice.get(TICK + "/async-calls").json().path("calls");
    }

    @Test
    void itRunsAtItsMinuteAndOnceThoughTheEngineIsKilledThen() throws Exception {
        Api.Answer refused =
                alice.send("PUT", TICK, "{\"code\": \"def tick(): pass\", \"schedule\": \"every minute\"}");
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.body()).contains("every minute");

        Api.Answer published = alice.send("PUT", TICK, """
                {"code": "import carrel\\ndef tick(what):\\n  print('ticked')\\n  return what + ' ' + carrel.request().headers['x-carrel-scheduled']",
                 "schedule": {"cron": "* * * * *", "handler": "tick", "args": ["tock"]}}""");
        assertThat(published.status()).as(published.body()).isEqualTo(201);
        Instant due = Instant.parse(published.json().path("next_run").asText());
        assertThat(due).isAfter(Instant.now().minusSeconds(5)).isEqualTo(due.truncatedTo(ChronoUnit.MINUTES));

        // Away while it is due: the next engine makes up for it.
        Awaitility.await()
                .atMost(Duration.ofSeconds(70))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> !Instant.now().isBefore(due.minusMillis(100)));
        carrel.kill("engine");

        Awaitility.await().atMost(Duration.ofSeconds(90)).ignoreExceptions().untilAsserted(() -> {
            JsonNode call = calls().path(calls().size() - 1);
            assertThat(call.path("state").asText()).as(calls().toString()).isEqualTo("done");
        });
        JsonNode first = calls().path(calls().size() - 1);
        String id = first.path("call").asText();
        assertThat(id).startsWith("scheduled-");
        assertThat(Instant.parse(first.path("scheduled").asText())).isEqualTo(due);
        assertThat(first.path("caller").asText()).isEqualTo("alice");
        assertThat(alice.get("/async-result/" + id).body()).isEqualTo("tock " + due);
        assertThat(alice.get(TICK + "/logs?call=" + id).body()).contains("ticked");
        for (JsonNode call : calls()) {
            long same = 0;
            for (JsonNode other : calls()) {
                same += call.path("scheduled").equals(other.path("scheduled")) ? 1 : 0;
            }
            assertThat(same).as(calls().toString()).isEqualTo(1);
        }

        Path code = Files.writeString(Files.createTempDirectory("tick").resolve("tick.py"), "def tick(): pass\n");
        Carrel.Ran told = Carrel.exec(
                "",
                Map.of("CARREL_URL", carrel.url(), "CARREL_API_TOKEN", token),
                List.of(
                        carrel.program(),
                        "function",
                        "deploy",
                        code.toString(),
                        "--schedule",
                        "0 9 * * mon",
                        "--time-zone",
                        "Europe/Berlin"));
        assertThat(told.status()).as(told.all()).isZero();
        assertThat(told.out()).contains("runs by itself, next at ");
        assertThat(alice.get(TICK).json().path("schedule").path(0).path("zone").asText())
                .isEqualTo("Europe/Berlin");
    }
}
