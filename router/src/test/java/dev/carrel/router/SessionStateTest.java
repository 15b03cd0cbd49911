/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carrel.protocol.name.ServerName;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.signed.Purpose;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** {@code /.carrel/state}: whoever may enter a session follows how it is, told by the route table, without an engine and without being active. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SessionStateTest {
    private RunningRouter router;

    @BeforeAll
    void start() throws Exception {
        router = RunningRouter.start();
    }

    @AfterAll
    void stop() {
        router.close();
    }

    private RawClient follow(String user, String headers) throws IOException {
        RawClient client = router.raw();
        client.send("GET /.carrel/state HTTP/1.1\r\nHost: " + router.authority(user)
                + "\r\nAccept: text/event-stream\r\n" + headers + "\r\n");
        return client;
    }

    private RawClient followed(String user) throws IOException {
        RawClient client = follow(user, cookie(user));
        RawClient.Answer head = client.head();
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.header("Content-Type")).isEqualTo("text/event-stream");
        assertThat(client.chunk()).startsWith("retry:");
        return client;
    }

    private static JsonNode news(RawClient client) throws IOException {
        String event = client.chunk();
        assertThat(event).startsWith("data: ").endsWith("\n\n");
        return RunningRouter.JSON.readTree(event.substring(6));
    }

    private String cookie(String user) {
        return "Cookie: " + router.cookie(user) + "\r\n";
    }

    private void fails(String user, String code, String text, String... log) throws Exception {
        SessionAddress address = new SessionAddress(UserName.of(user), ServerName.DEFAULT);
        ObjectNode json = RunningRouter.sessionJson(address, "failed", "", text);
        ObjectNode session = (ObjectNode) json.path("session");
        session.put("reasonCode", code);
        for (String line : log) {
            session.withArray("log").add(line);
        }
        router.route(address.basePath(), json.toString());
    }

    @Test
    void everyChangeIsToldAtOnceWithItsReasonAndTheWayBack() throws Exception {
        router.ready("ada", "http://127.0.0.1:1");
        try (RawClient page = followed("ada")) {
            JsonNode first = news(page);
            assertThat(first.path("status").asInt()).isEqualTo(200);
            assertThat(first.at("/session/state").asText()).isEqualTo("ready");

            long begin = System.nanoTime();
            fails("ada", "out-of-memory", "It needed more.", "line one", "line two");
            JsonNode second = news(page);

            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
            assertThat(second.path("error").asText()).isEqualTo("session.failed");
            assertThat(second.at("/session/reasonCode").asText()).isEqualTo("out-of-memory");
            assertThat(second.at("/session/reason").asText()).isEqualTo("It needed more.");
            assertThat(second.at("/session/log/1").asText()).isEqualTo("line two");
            assertThat(second.at("/links/0/href").asText())
                    .isEqualTo("http://localhost:" + router.port() + "/hub/spawn/ada");

            router.ready("ada", "http://127.0.0.1:1");
            JsonNode third = news(page);
            assertThat(third.at("/session/id").asText())
                    .isNotEqualTo(first.at("/session/id").asText());

            router.control("DELETE", "/api/routes/user/ada", "");
            assertThat(news(page).path("error").asText()).isEqualTo("session.unknown");
        }
    }

    @Test
    void aSessionThatDoesNotAnswerIsToldOnceAndThatItDoesAgain() throws Exception {
        try (Backend session = Backend.saying("x")) {
            String url = session.url();
            router.ready("bob", url);
            try (RawClient page = followed("bob")) {
                assertThat(news(page).path("status").asInt()).isEqualTo(200);

                session.die();
                for (int at = 0; at < 2; at++) {
                    RawClient.Answer answer = router.get(router.authority("bob"), "/x", cookie("bob"));
                    assertThat(answer.status()).isEqualTo(502);
                    assertThat(answer.header("Retry-After")).isEqualTo("2");
                }
                assertThat(news(page).path("error").asText()).isEqualTo("session.unreachable");

                try (Backend back = Backend.saying("y")) {
                    router.ready("bob", back.url());
                    assertThat(news(page).path("status").asInt()).isEqualTo(200);
                }
            }
        }
    }

    @Test
    void askedOnceItIsAnsweredOnce() throws Exception {
        router.session("carl", "stopped", "", "You stopped it.");

        RawClient.Answer answer =
                router.get(router.authority("carl"), "/.carrel/state", "Accept: application/json\r\n" + cookie("carl"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.text()).contains("\"error\":\"session.stopped\"", "You stopped it.");
    }

    @Test
    void whoMayNotEnterLearnsTheDoorAndNoMore() throws Exception {
        fails("dora", "crashed", "A secret reason.", "a secret line");
        String revoked = router.sign(
                Purpose.SESSION, RunningRouter.claims("dora", RunningRouter.host("dora"), Duration.ofHours(1)));
        router.revoke("user", "dora", Instant.now().plusSeconds(5));
        for (String headers : List.of("", "Cookie: carrel-session=" + revoked + "\r\n")) {
            RawClient.Answer answer =
                    router.get(router.authority("dora"), "/.carrel/state", "Accept: text/event-stream\r\n" + headers);

            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.text())
                    .contains("http://localhost:" + router.port() + "/hub/enter/dora")
                    .doesNotContain("secret");
        }
    }

    @Test
    void otherOriginsCannotFollowByTheCookie() throws Exception {
        router.ready("erna", "http://127.0.0.1:1");

        for (String site : List.of("same-site", "cross-site")) {
            assertThat(router.get(
                                    router.authority("erna"),
                                    "/.carrel/state",
                                    cookie("erna") + "Sec-Fetch-Site: " + site + "\r\nSec-Fetch-Mode: cors\r\n")
                            .status())
                    .isEqualTo(403);
        }
    }

    @Test
    void whoMayEnterByATokenOfOthersIsNotToldWhatTheSessionWrote() throws Exception {
        fails("fred", "crashed", "It crashed.", "a private line");
        String guest = router.apiToken("guest", "access:servers!user=fred");
        String own = router.apiToken("fred", "self");

        for (String path : List.of("/.carrel/state", "/user/fred/api")) {
            String ofGuest = router.get(router.authority("fred"), path, "Authorization: token " + guest + "\r\n")
                    .text();
            String ofOwn = router.get(router.authority("fred"), path, "Authorization: token " + own + "\r\n")
                    .text();
            assertThat(ofGuest).contains("It crashed.").doesNotContain("private");
            assertThat(ofOwn).contains("It crashed.", "a private line");
        }
    }

    @Test
    void signingOutEndsIt() throws Exception {
        router.ready("gina", "http://127.0.0.1:1");
        try (RawClient page = followed("gina")) {
            news(page);

            router.revoke("login", "login-of-gina", Instant.now().plusSeconds(5));

            assertThat(page.chunk()).as("the last chunk").isEmpty();
        }
    }

    @Test
    void aSessionHasRoomForSoManyPages() throws Exception {
        router.ready("hugo", "http://127.0.0.1:1");
        List<RawClient> pages = new ArrayList<>();
        try {
            for (int at = 0; at < 32; at++) {
                pages.add(followed("hugo"));
            }
            try (RawClient more = follow("hugo", cookie("hugo"))) {
                RawClient.Answer refused = more.answer();
                assertThat(refused.status()).isEqualTo(503);
                assertThat(refused.header("Retry-After")).isEqualTo("5");
            }
        } finally {
            for (RawClient page : pages) {
                page.close();
            }
        }
    }

    @Test
    void followingIsNoActivity() throws Exception {
        router.ready("ina", "http://127.0.0.1:1");
        String before = router.routes().path("/user/ina").path("last_activity").asText();

        try (RawClient page = followed("ina")) {
            news(page);
        }

        assertThat(router.routes().path("/user/ina").path("last_activity").asText())
                .isEqualTo(before);
    }

    @Test
    void stoppingTheRouterDoesNotWaitForThem() throws Exception {
        try (RunningRouter other = RunningRouter.start()) {
            other.ready("ada", "http://127.0.0.1:1");
            RawClient page = other.raw();
            page.send("GET /.carrel/state HTTP/1.1\r\nHost: " + other.authority("ada")
                    + "\r\nAccept: text/event-stream\r\nCookie: " + other.cookie("ada") + "\r\n\r\n");
            page.head();
            page.chunk();
            page.chunk();
            long begin = System.nanoTime();

            other.stop();

            assertThat(page.chunk()).isEmpty();
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(4));
            page.close();
        }
    }
}
