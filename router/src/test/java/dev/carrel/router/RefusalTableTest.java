/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carrel.protocol.name.ServerName;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.UserName;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Nothing is ever answered with a blank 502: whatever keeps somebody from a session, everybody is told what it is and what to do in the form they
 * can use: a person a page, a page's script and a program JSON, a WebSocket a header.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RefusalTableTest {
    private static final String NAVIGATION =
            "Accept: text/html\r\nSec-Fetch-Dest: document\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Site: none\r\n";
    private static final String FETCH =
            "Accept: */*\r\nSec-Fetch-Dest: empty\r\nSec-Fetch-Mode: cors\r\nSec-Fetch-Site: same-origin\r\n";

    private RunningRouter router;

    @BeforeAll
    void start() throws Exception {
        router = RunningRouter.start();
    }

    @AfterAll
    void stop() {
        router.close();
    }

    private void session(String state, String code) throws Exception {
        SessionAddress address = new SessionAddress(UserName.of("ada"), ServerName.DEFAULT);
        ObjectNode json = RunningRouter.sessionJson(
                address, state, state.equals("ready") ? "http://127.0.0.1:1" : "", code.isEmpty() ? "" : "The reason.");
        ObjectNode session = (ObjectNode) json.path("session");
        if (!code.isEmpty() && !code.equals("plain")) {
            session.put("reasonCode", code);
            session.withArray("log").add("last <words>");
        }
        router.route(address.basePath(), json.toString());
    }

    private String cookie() {
        return "Cookie: " + router.cookie("ada") + "\r\n";
    }

    private RawClient.Answer ask(String method, String headers) throws Exception {
        try (RawClient client = router.raw()) {
            client.send(method + " /user/ada/lab?x=1 HTTP/1.1\r\nHost: " + router.authority("ada") + "\r\n" + headers
                    + "\r\n");
            return method.equals("HEAD") ? client.head() : client.answer();
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "starting, '', 503, session.starting, Show progress, 2",
        "stopping, '', 503, session.stopping, Start again, 2",
        "stopped, asked, 424, session.stopped, Start again, ''",
        "stopped, admin, 424, session.stopped, Start again, ''",
        "stopped, shut-down, 424, session.stopped, Start again, ''",
        "stopped, idle, 424, session.stopped, Start again, ''",
        "stopped, plain, 424, session.stopped, Start again, ''",
        "failed, out-of-memory, 424, session.failed, Start again, ''",
        "failed, crashed, 424, session.failed, Start again, ''",
        "failed, lost, 424, session.failed, Start again, ''",
        "failed, start-failed, 424, session.failed, Start again, ''",
        "failed, start-timeout, 424, session.failed, Start again, ''",
        "failed, plain, 424, session.failed, Start again, ''",
        "ready, '', 502, session.unreachable, Open Carrel, 2",
    })
    void everyAskerIsToldInTheirForm(
            String state, String code, int status, String error, String button, String retryAfter) throws Exception {
        session(state, code);
        boolean told = !code.isEmpty() && !code.equals("plain");

        RawClient.Answer page = ask("GET", cookie() + NAVIGATION);
        assertThat(page.header("Content-Type")).isEqualTo("text/html; charset=utf-8");
        assertThat(page.text())
                .contains("class=\"button\"", ">" + button + "</a>", "<h1>")
                .contains(code.isEmpty() ? "" : "<p class=\"why\">The reason.</p>");
        assertThat(page.text().contains("last &lt;words&gt;")).isEqualTo(told);
        if (state.startsWith("st")) {
            assertThat(page.text()).as("the way back").contains("?next=%2Fuser%2Fada%2Flab%3Fx%3D1\"");
        }

        RawClient.Answer fetched = ask("GET", cookie() + FETCH);
        RawClient.Answer called = ask(
                "POST",
                "Authorization: token " + router.apiToken("ada", "self") + "\r\nAccept: */*\r\nContent-Length: 0\r\n");
        for (RawClient.Answer answer : List.of(fetched, called)) {
            assertThat(answer.header("Content-Type")).isEqualTo("application/json");
            JsonNode json = RunningRouter.JSON.readTree(answer.body());
            assertThat(json.path("status").asInt()).isEqualTo(status);
            assertThat(json.path("error").asText()).isEqualTo(error);
            assertThat(json.path("message").asText()).isNotBlank();
            assertThat(json.path("retryAfter").asText("")).isEqualTo(retryAfter);
            assertThat(json.at("/session/state").asText()).isEqualTo(state);
            assertThat(json.at("/session/reason").asText("null")).isEqualTo(code.isEmpty() ? "null" : "The reason.");
            assertThat(json.at("/session/reasonCode").asText("null")).isEqualTo(told ? code : "null");
            assertThat(json.at("/session/log/0").asText("")).isEqualTo(told ? "last <words>" : "");
        }

        RawClient.Answer socket = ask(
                "GET",
                cookie() + "Origin: http://" + router.authority("ada")
                        + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
        assertThat(socket.body()).isEmpty();

        RawClient.Answer head = ask("HEAD", cookie() + NAVIGATION);
        assertThat(head.header("Content-Length")).isEqualTo(page.header("Content-Length"));

        for (RawClient.Answer answer : List.of(page, fetched, called, socket, head)) {
            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.header("X-Carrel-Error")).isEqualTo(error);
            assertThat(answer.header("Retry-After")).isEqualTo(retryAfter);
            assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "nobody--main.localhost, 404, session.unknown",
        "ada--main.localhost, 401, access.unauthenticated",
    })
    void whatIsUnknownOrNotOpenIsToldToPrograms(String host, int status, String error) throws Exception {
        session("stopped", "asked");

        RawClient.Answer answer = router.get(host + ":" + router.port(), "/user/ada/lab", FETCH);

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("X-Carrel-Error")).isEqualTo(error);
        assertThat(answer.text()).contains("\"error\":\"" + error + "\"").doesNotContain("The reason.", "last");
    }

    @ParameterizedTest
    @CsvSource({"'', access.forbidden", "token, access.forbidden"})
    void aTokenThatDoesNotOpenIsToldWhoseItIs(String with, String error) throws Exception {
        session("stopped", "crashed");
        String token = "Authorization: token " + router.apiToken("bob", "self") + "\r\n";

        RawClient.Answer answer = with.isEmpty()
                ? router.get(router.authority("ada"), "/user/ada/lab", token)
                : router.get(router.baseAuthority(), "/user/ada/lab", token);

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.header("X-Carrel-Error")).isEqualTo(error);
        assertThat(answer.text()).contains("bob", "/hub/token").doesNotContain("The reason.", "last");
    }
}
