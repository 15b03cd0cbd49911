/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carrel.protocol.name.ServerName;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.UserName;
import java.io.IOException;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code last_use}: what of a session's traffic shows that somebody uses it, and what puts off an end that was told. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SessionUseTest {
    private static final SessionAddress ADA = new SessionAddress(UserName.of("ada"), ServerName.DEFAULT);
    private static final String PAGE = "Accept: text/html\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n";
    private static final String OWN = "Sec-Fetch-Site: same-origin\r\n";

    private final AtomicInteger status = new AtomicInteger(200);
    private RunningRouter router;
    private Backend notebook;
    private Backend application;
    private ObjectNode route;

    @BeforeAll
    void start() throws Exception {
        router = RunningRouter.start();
        notebook = Backend.of((request, wire) -> {
            request.body();
            wire.send("HTTP/1.1 " + status.get() + " Said\r\nContent-Length: 2\r\n\r\nok");
        });
        application = Backend.saying("application");
    }

    @AfterAll
    void stop() throws Exception {
        router.close();
        notebook.close();
        application.close();
    }

    @BeforeEach
    void aSession() throws Exception {
        status.set(200);
        route = RunningRouter.sessionJson(ADA, "ready", notebook.url(), "");
        session()
                .putArray("ports")
                .addObject()
                .put("name", "dash")
                .put("port", application.port())
                .put("host", "dash--ada--main.localhost")
                .putArray("shares");
        tell();
    }

    private ObjectNode session() {
        return (ObjectNode) route.path("session");
    }

    private void tell() throws Exception {
        router.route(ADA.basePath(), route.toString());
    }

    /** As the engine does when nobody has used it for a while, or when its time is nearly over. */
    private void tellOfTheEnd(String code) throws Exception {
        tick();
        session()
                .putObject("ends")
                .put("at", Instant.now().plusSeconds(300).toString())
                .put("told", Instant.now().toString())
                .put("reasonCode", code)
                .put("reason", "A sentence.");
        tell();
    }

    private JsonNode routed() throws Exception {
        return router.routes().path("/user/ada");
    }

    private Instant lastUse() throws Exception {
        return Instant.parse(routed().path("last_use").asText());
    }

    /** Waits until the clock has gone on, so that what comes is later than what was. */
    private static void tick() {
        Instant begin = Instant.now().plusMillis(2);
        while (Instant.now().isBefore(begin)) {
            Thread.onSpinWait();
        }
    }

    private String cookie() {
        return "Cookie: " + router.cookie("ada") + "\r\n";
    }

    private RawClient.Answer ask(String method, String target, String headers) throws IOException {
        try (RawClient client = router.raw()) {
            return client.send(method + " " + target + " HTTP/1.1\r\nHost: " + router.authority("ada") + "\r\n"
                            + headers + "Content-Length: 0\r\n\r\n")
                    .answer();
        }
    }

    private JsonNode state() throws IOException {
        return RunningRouter.JSON.readTree(ask("GET", "/.carrel/state", "Accept: application/json\r\n" + OWN + cookie())
                .text());
    }

    @ParameterizedTest
    @CsvSource({
        "GET,    /user/ada/api/kernels,           200, false",
        "GET,    /user/ada/api/contents?content=1, 200, false",
        "POST,   /user/ada/api/security/csp-report, 200, false",
        "PUT,    /user/ada/api/contents/Work.ipynb, 200, true",
        "PATCH,  /user/ada/api/contents/Work.ipynb, 200, true",
        "DELETE, /user/ada/api/contents/Work.ipynb, 204, true",
        "PUT,    /user/ada/api/contents/Work.ipynb, 409, false",
        "GET,    /user/ada/ports/dash/feed,       200, false",
        "POST,   /user/ada/ports/dash/submit,     200, true",
        "GET,    /.carrel/state,                  200, false",
        "POST,   /.carrel/used,                   204, true",
    })
    void readingIsNoUseAndChangingIs(String method, String target, int answered, boolean use) throws Exception {
        status.set(answered);
        Instant before = lastUse();
        tick();

        ask(method, target, OWN + cookie());

        assertThat(lastUse().isAfter(before)).isEqualTo(use);
    }

    @Test
    void openingAPageIsUse() throws Exception {
        Instant before = lastUse();
        tick();

        ask("GET", "/user/ada/lab", PAGE + cookie());

        assertThat(lastUse()).isAfter(before);
    }

    @Test
    void whatTheEngineTellsOfTheSameStartIsNoActivity() throws Exception {
        JsonNode before = routed();
        tellOfTheEnd("idle");

        assertThat(routed().path("last_use")).isEqualTo(before.path("last_use"));
        assertThat(routed().path("last_activity")).isEqualTo(before.path("last_activity"));

        aSession();
        assertThat(lastUse())
                .as("of the next start")
                .isAfter(Instant.parse(before.path("last_use").asText()));
    }

    @Test
    void anEndIsToldToThePagesAndPutOffByWhoeverKeepsTheSession() throws Exception {
        assertThat(state().has("ends")).isFalse();
        tellOfTheEnd("idle");

        JsonNode told = state();
        assertThat(told.path("status").asInt()).isEqualTo(200);
        assertThat(told.at("/ends/reasonCode").asText()).isEqualTo("idle");
        assertThat(told.at("/ends/reason").asText()).isEqualTo("A sentence.");
        assertThat(told.at("/ends/in").asLong()).isBetween(200_000L, 300_000L);
        assertThat(told.at("/ends/keepable").asBoolean()).isTrue();

        try (RawClient page = router.raw()) {
            page.send("GET /.carrel/state HTTP/1.1\r\nHost: " + router.authority("ada")
                    + "\r\nAccept: text/event-stream\r\n" + OWN + cookie() + "\r\n");
            page.head();
            page.chunk();
            assertThat(page.chunk()).contains("\"ends\":");
            tick();

            assertThat(ask("POST", "/.carrel/used", OWN + cookie()).status()).isEqualTo(204);

            assertThat(page.chunk())
                    .as("what the other pages hear")
                    .startsWith("data:")
                    .doesNotContain("\"ends\"");
        }
        assertThat(state().has("ends")).isFalse();
    }

    @Test
    void theEndOfItsTimeIsPutOffByNobody() throws Exception {
        tellOfTheEnd("out-of-time");
        tick();

        ask("POST", "/.carrel/used", OWN + cookie());

        assertThat(state().at("/ends/keepable").asBoolean(true)).isFalse();
    }

    @Test
    void whatPagesSaveBecauseTheyWereToldKeepsNothingAndWhatProgramsSaveDoes() throws Exception {
        tellOfTheEnd("idle");
        Instant before = lastUse();
        tick();

        ask("PUT", "/user/ada/api/contents/Work.ipynb", OWN + cookie());
        assertThat(lastUse()).isEqualTo(before);
        assertThat(state().has("ends")).isTrue();

        ask(
                "PUT",
                "/user/ada/api/contents/Work.ipynb",
                "Authorization: token " + router.apiToken("ada", "self") + "\r\n");
        assertThat(lastUse()).isAfter(before);
        assertThat(state().has("ends")).isFalse();
    }

    @Test
    void onlyWhoMayEnterCanSayThatItIsUsedAndOnlyFromItsOwnPages() throws Exception {
        Instant before = lastUse();
        tick();

        assertThat(ask("POST", "/.carrel/used", "").status()).isEqualTo(401);
        assertThat(ask("POST", "/.carrel/used", "Sec-Fetch-Site: cross-site\r\n" + cookie())
                        .status())
                .isEqualTo(403);
        assertThat(ask("POST", "/.carrel/used", "Origin: http://evil.example\r\n" + cookie())
                        .status())
                .isEqualTo(403);
        RawClient.Answer read = ask("GET", "/.carrel/used", OWN + cookie());
        assertThat(read.status()).isEqualTo(405);
        assertThat(read.header("Allow")).isEqualTo("POST");

        assertThat(lastUse()).isEqualTo(before);
    }

    @Test
    void anEndThatCannotBeReadIsRefusedByName() throws Exception {
        session()
                .putObject("ends")
                .put("at", "soon")
                .put("told", "now")
                .put("reasonCode", "idle")
                .put("reason", "x");

        var answer = router.control("POST", "/api/routes/user/ada", route.toString());

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("session.at").contains("soon");
    }
}
