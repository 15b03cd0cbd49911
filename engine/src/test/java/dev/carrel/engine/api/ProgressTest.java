/* Copyright the Carrel authors. */
package dev.carrel.engine.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.carrel.engine.session.SessionState;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A start told step by step to whoever follows it, as server-sent events. */
@Timeout(60)
class ProgressTest {
    private static final String SERVER = "/hub/api/users/ada/server";
    private static final String PROGRESS = SERVER + "/progress";

    @TempDir
    Path folder;

    private ApiRig rig;
    private ApiClient ada;

    @BeforeEach
    void open() throws Exception {
        rig = new ApiRig(folder);
        rig.sessions.patience(Duration.ZERO);
        ada = rig.as("ada");
    }

    @AfterEach
    void close() {
        rig.close();
    }

    /** Somebody who reads events one by one while they come. */
    private static final class Follower {
        private final HttpResponse<Stream<String>> response;
        private final Iterator<String> lines;

        Follower(HttpResponse<Stream<String>> response) {
            this.response = response;
            lines = response.body().iterator();
        }

        /** Reads up to the event with this message. */
        List<JsonNode> until(String message) {
            List<JsonNode> events = new ArrayList<>();
            while (events.isEmpty()
                    || !events.getLast().path("message").asText().equals(message)) {
                events.add(next());
            }
            return events;
        }

        JsonNode next() {
            while (lines.hasNext()) {
                String line = lines.next();
                if (line.startsWith("data: ")) {
                    return json(line.substring(6));
                }
            }
            throw new AssertionError("the stream ended");
        }

        /** Reads to the end of the stream. */
        List<JsonNode> rest() {
            List<JsonNode> events = new ArrayList<>();
            lines.forEachRemaining(line -> {
                if (line.startsWith("data: ")) {
                    events.add(json(line.substring(6)));
                }
            });
            return events;
        }
    }

    private static JsonNode json(String text) {
        try {
            return ApiClient.JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(text, e);
        }
    }

    private Follower follow() throws Exception {
        return new Follower(ada.stream(PROGRESS));
    }

    private static void isGoodStory(List<JsonNode> events) {
        assertThat(events.stream().map(e -> e.path("progress").asInt()).toList())
                .isSorted()
                .allSatisfy(percent -> assertThat(percent).isBetween(0, 100));
        assertThat(events.getLast().path("progress").asInt()).isEqualTo(100);
        for (int i = 0; i < events.size(); i++) {
            JsonNode event = events.get(i);
            assertThat(event.path("message").asText())
                    .matches("[A-Z][^\\p{Cntrl}{}]{3,200}")
                    .doesNotContain("Exception", "dev.carrel", "null");
            assertThat(event.has("ready") || event.has("failed"))
                    .as(event.toString())
                    .isEqualTo(i == events.size() - 1);
        }
    }

    @Test
    void aStartIsToldWhileItHappensAndEndsReadyWithTheAddress() throws Exception {
        rig.sessions.holdStarts();
        ada.post(SERVER, "").isEmpty(202);
        Follower follower = follow();
        List<JsonNode> events = follower.until("Preparing the home");

        rig.sessions.letStarts();
        events.addAll(follower.rest());

        assertThat(follower.response.statusCode()).isEqualTo(200);
        assertThat(follower.response.headers().firstValue("content-type").orElse(""))
                .startsWith("text/event-stream");
        isGoodStory(events);
        assertThat(events.stream().map(e -> e.path("message").asText()))
                .containsExactly(
                        "Server requested",
                        "Starting your session",
                        "Preparing the home",
                        "Creating the container",
                        "The container runs; waiting for the server in it to answer",
                        "Server ready at /user/ada/");
        assertThat(ApiRig.normal(events.getFirst())).isEqualTo(ApiRig.normal("""
                {
                  "progress": 0,
                  "message": "Server requested",
                  "html_message": "Server requested",
                  "state": "pending",
                  "at": "2026-03-01T12:00:00.000000Z"
                }
                """));
        assertThat(ApiRig.normal(events.getLast())).isEqualTo(ApiRig.normal("""
                {
                  "progress": 100,
                  "ready": true,
                  "message": "Server ready at /user/ada/",
                  "html_message": "Server ready at <a href=\\"/user/ada/\\">/user/ada/</a>",
                  "url": "/user/ada/",
                  "state": "ready"
                }
                """));
    }

    @Test
    void everyFollowerHearsTheSameWheneverTheyCame() throws Exception {
        rig.sessions.holdStarts();
        ada.post(SERVER, "").isEmpty(202);
        Follower early = follow();
        List<JsonNode> heardEarly = early.until("Preparing the home");
        Follower second = follow();

        rig.sessions.letStarts();
        heardEarly.addAll(early.rest());

        assertThat(second.rest()).isEqualTo(heardEarly);
        assertThat(follow().rest()).isEqualTo(heardEarly);
    }

    @Test
    void aStartThatIsRefusedEndsFailedWithTheReasonAndMarkupIsNoMarkup() throws Exception {
        rig.sessions.holdStarts();
        rig.sessions.failStarts("The disk <homes> is full & nothing can be written.");
        ada.post(SERVER, "").isEmpty(202);
        Follower follower = follow();
        rig.sessions.letStarts();
        List<JsonNode> events = follower.rest();

        isGoodStory(events);
        assertThat(ApiRig.normal(events.getLast())).isEqualTo(ApiRig.normal("""
                {
                  "progress": 100,
                  "failed": true,
                  "message": "Spawn failed: The disk <homes> is full & nothing can be written.",
                  "html_message": "The disk &lt;homes&gt; is full &amp; nothing can be written.",
                  "reason_code": "start-failed",
                  "log": [],
                  "state": "failed"
                }
                """));
    }

    @Test
    void aServerThatDiesWhileItStartsEndsFailedWithItsLastWords() throws Exception {
        rig.watch();
        rig.sessions.serveNothing();
        ada.post(SERVER, "").isEmpty(202);
        Follower follower = follow();
        List<JsonNode> events = follower.until("The container runs; waiting for the server in it to answer");

        rig.sessions.exit(
                rig.sessionsOf("ada").getFirst(), 3, List.of("Traceback:", "ModuleNotFoundError: jupyterlab"));
        events.addAll(follower.rest());

        isGoodStory(events);
        assertThat(events.getLast().path("failed").asBoolean()).isTrue();
        assertThat(events.getLast().path("message").asText())
                .isEqualTo("Spawn failed: The server ended with exit code 3 before it answered.");
        assertThat(events.getLast().path("log").toString())
                .isEqualTo("[\"Traceback:\",\"ModuleNotFoundError: jupyterlab\"]");
    }

    @Test
    void whatFailedCanBeAskedForItsReasonLater() {
        rig.sessions.patience(Duration.ofDays(1));
        rig.sessions.failStarts("No room.");
        assertThat(ada.post(SERVER, "").status()).isEqualTo(500);

        assertThat(ada.get(PROGRESS).body()).contains("\"failed\":true", "Spawn failed: No room.");
    }

    @Test
    void aStartThatIsStoppedHalfwayEndsForItsFollowersToo() throws Exception {
        rig.sessions.holdStarts();
        ada.post(SERVER, "").isEmpty(202);
        Follower follower = follow();
        List<JsonNode> events = follower.until("Preparing the home");

        ada.delete(SERVER).isEmpty(202);
        rig.sessions.letStarts();
        events.addAll(follower.rest());

        isGoodStory(events);
        assertThat(events.getLast().path("failed").asBoolean()).isTrue();
        assertThat(events.getLast().path("message").asText()).isEqualTo("Stopped: You stopped it.");
    }

    @Test
    void aServerUnderANameHasAStoryOfItsOwn() throws Exception {
        ada.post(SERVER, "");
        ada.post("/hub/api/users/ada/servers/gpu", "");

        assertThat(ada.get("/hub/api/users/ada/servers/gpu/progress").body())
                .contains("\"ready\":true", "\"url\":\"/user/ada/gpu/\"")
                .doesNotContain("\"/user/ada/\"");
    }

    @Test
    void whatNeverStartedOrWasStoppedHasNoProgress() {
        ada.get(PROGRESS).refuses(400, "ada/ is not starting...");
        rig.put(ApiRig.address("ada", ""), SessionState.STOPPED);
        ada.get(PROGRESS).refuses(400, "ada/ is not starting...");
    }

    /** Reads the first event and is gone, without a goodbye. */
    private void vanish() throws IOException {
        try (Socket socket = ada.open(PROGRESS);
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
            String line = in.readLine();
            while (line != null && !line.startsWith("data: ")) {
                line = in.readLine();
            }
            assertThat(line).isNotNull();
            socket.setSoLinger(true, 0);
        }
    }

    @Test
    void followersWhoVanishDoNoHarmToTheStartNorToOtherFollowers() throws Exception {
        rig.sessions.holdStarts();
        ada.post(SERVER, "").isEmpty(202);
        Follower faithful = follow();
        List<JsonNode> events = faithful.until("Preparing the home");
        for (int i = 0; i < 20; i++) {
            vanish();
        }

        rig.sessions.letStarts();
        events.addAll(faithful.rest());

        isGoodStory(events);
        assertThat(events.getLast().path("ready").asBoolean()).isTrue();
        assertThat(rig.sessions.starts()).isEqualTo(1);
        assertThat(ada.get("/hub/api/users/ada").json().path("server").asText()).isEqualTo("/user/ada/");
    }
}
