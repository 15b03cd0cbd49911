/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carrel.protocol.name.PortAddress;
import dev.carrel.protocol.name.PortName;
import dev.carrel.protocol.name.ServerName;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.signed.Purpose;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Named ports of a session: for its owner and those they share with, on an origin of their own or below the session's path. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PortTest {
    private static final String HTML = "Accept: text/html\r\n";
    private static final SessionAddress ALICE = new SessionAddress(UserName.of("alice"), ServerName.DEFAULT);
    private static final String HOST = "dash--alice--main.localhost";

    private RunningRouter router;
    private Backend notebook;
    private Backend application;

    @BeforeAll
    void start() throws Exception {
        router = RunningRouter.start();
        notebook = Backend.saying("notebook");
        application = Backend.of((request, wire) -> {
            request.body();
            wire.send(
                    request.target().startsWith("/elsewhere")
                            ? "HTTP/1.1 302 Found\r\nLocation: /there?a=b\r\nSet-Cookie: app=1; Path=/; HttpOnly\r\n"
                                    + "Set-Cookie: carrel-session=stolen; Path=/\r\nService-Worker-Allowed: /\r\nContent-Length: 0\r\n\r\n"
                            : Backend.ok("application"));
        });
    }

    @AfterAll
    void stop() throws Exception {
        router.close();
        notebook.close();
        application.close();
    }

    @BeforeEach
    void open() throws Exception {
        tell("ready", "dash", application.port(), "bob");
        router.ready("bob", notebook.url());
    }

    @AfterEach
    void forget() {
        notebook.forget();
        application.forget();
    }

    /** What the engine tells when these people may use this port; an empty name for no port at all. */
    private void tell(String state, String name, int port, String... shares) throws Exception {
        ObjectNode json =
                RunningRouter.sessionJson(ALICE, state, state.equals("ready") ? notebook.url() : "", "You stopped it.");
        if (!name.isEmpty()) {
            ArrayNode list = ((ObjectNode) json.path("session"))
                    .putArray("ports")
                    .addObject()
                    .put("name", name)
                    .put("port", port)
                    .put("host", new PortAddress(ALICE, new PortName(name)).host("localhost"))
                    .putArray("shares");
            List.of(shares).forEach(list::add);
        }
        router.route(ALICE.basePath(), json.toString());
    }

    private String authority() {
        return HOST + ":" + router.port();
    }

    /** A cookie of the port's own origin. */
    private String cookie(String user) {
        return "Cookie: theirs=1; carrel-session="
                + router.sign(Purpose.SESSION, RunningRouter.claims(user, HOST, Duration.ofHours(20))) + "\r\n";
    }

    private String token(String user, String... scopes) {
        return "Authorization: token " + router.apiToken(user, scopes) + "\r\n";
    }

    private RawClient.Answer own(String path, String headers) throws Exception {
        return router.get(authority(), path, headers);
    }

    @ParameterizedTest
    @ValueSource(strings = {"alice", "bob"})
    void onItsOwnOriginTheApplicationStandsAtTheRoot(String user) throws Exception {
        RawClient.Answer answer = own("/x%20y?a=b", cookie(user) + "X-Forwarded-Prefix: /forged\r\n");

        assertThat(answer.text()).isEqualTo("application");
        Backend.Seen seen = application.next();
        assertThat(seen.target()).isEqualTo("/x%20y?a=b");
        assertThat(seen.header("Cookie")).contains("theirs=1");
        assertThat(seen.header("Authorization")).isEmpty();
        assertThat(seen.header("X-Forwarded-Prefix")).isEmpty();
        assertThat(seen.header("X-Forwarded-Host")).contains(authority());
        assertThat(notebook.unseen()).isZero();
    }

    @Test
    void belowTheSessionsPathItSeesItsOwnPathsOnly() throws Exception {
        String session = "Cookie: " + router.cookie("alice") + "\r\n";

        RawClient.Answer answer = router.get(router.authority("alice"), "/user/alice/ports/dash/x?a=b", session);

        assertThat(answer.text()).isEqualTo("application");
        Backend.Seen seen = application.next();
        assertThat(seen.target()).isEqualTo("/x?a=b");
        assertThat(seen.header("X-Forwarded-Prefix")).contains("/user/alice/ports/dash");
        assertThat(seen.header("Authorization")).isEmpty();
        assertThat(seen.header("Cookie")).isEmpty();
    }

    @Test
    void itsRedirectsAndCookiesLeadBackUnderThePathAndNoFurther() throws Exception {
        RawClient.Answer answer = router.get(
                router.authority("alice"),
                "/user/alice/ports/dash/elsewhere",
                "Cookie: " + router.cookie("alice") + "\r\n");

        assertThat(answer.header("Location")).isEqualTo("/user/alice/ports/dash/there?a=b");
        assertThat(answer.headers("Set-Cookie")).containsExactly("app=1; Path=/user/alice/ports/dash/; HttpOnly");
        assertThat(answer.header("Service-Worker-Allowed")).isEmpty();
    }

    @Test
    void onItsOwnOriginRedirectsAndCookiesStayAsTheyAre() throws Exception {
        RawClient.Answer answer = own("/elsewhere", cookie("alice"));

        assertThat(answer.header("Location")).isEqualTo("/there?a=b");
        assertThat(answer.headers("Set-Cookie")).containsExactly("app=1; Path=/; HttpOnly");
    }

    @Test
    void withoutTheSlashABrowserIsSentToItsFolder() throws Exception {
        String session = "Cookie: " + router.cookie("alice") + "\r\n";

        assertThat(router.get(router.authority("alice"), "/user/alice/ports/dash?a=b", session)
                        .header("Location"))
                .isEqualTo("/user/alice/ports/dash/?a=b");
    }

    @ParameterizedTest(name = "{0} {1} -> {2}")
    @CsvSource({
        "alice, self, 200",
        "alice, access:servers!server=alice/, 200",
        "alice, access:servers!server=alice/gpu, 403",
        "alice, read:users, 403",
        "bob, inherit, 200",
        "bob, self, 403",
        "bob, access:servers!user, 403",
        "carol, inherit, 403",
    })
    void aTokenOpensItOnTheBaseHostAndOnItsOwn(String user, String scope, int status) throws Exception {
        RawClient.Answer base = router.get(router.baseAuthority(), "/user/alice/ports/dash/", token(user, scope));
        RawClient.Answer own = own("/", token(user, scope));

        assertThat(base.status()).isEqualTo(status);
        assertThat(own.status()).isEqualTo(status);
        assertThat(application.unseen()).isEqualTo(status == 200 ? 2 : 0);
        if (status == 200) {
            assertThat(base.header("Content-Security-Policy")).isEqualTo("sandbox");
            assertThat(application.next().header("Authorization")).isEmpty();
            assertThat(application.next().header("Authorization")).isEmpty();
        }
    }

    @Test
    void theRightToAPortIsNoRightToItsSession() throws Exception {
        String bob = token("bob", "inherit");
        for (String path : List.of(
                "/user/alice/",
                "/user/alice/api",
                "/user/alice/ports/",
                "/user/alice/ports",
                "/user/alice/ports/other/",
                "/user/alice/ports/dash%2F",
                "/user/alice/ports%2Fdash/",
                "/user/alice/ports//dash/",
                "/user/alice/ports/dash@8888/",
                "/user/alice/ports/" + notebook.port() + "/",
                "/user/alice/./ports/dash/../../api")) {
            assertThat(router.get(router.baseAuthority(), path, bob).status())
                    .as(path)
                    .isIn(400, 403);
        }
        assertThat(router.get(router.authority("alice"), "/user/alice/", cookie("bob"))
                        .status())
                .isEqualTo(401);
        assertThat(router.get(router.authority("alice"), "/user/alice/ports/dash/", cookie("bob"))
                        .status())
                .isEqualTo(401);
        assertThat(notebook.unseen()).isZero();
    }

    @Test
    void dotsBehindThePortStayTheApplicationsAffair() throws Exception {
        RawClient.Answer answer =
                router.get(router.baseAuthority(), "/user/alice/ports/dash/../../api", token("bob", "inherit"));

        assertThat(answer.status()).isIn(200, 400);
        assertThat(notebook.unseen()).isZero();
    }

    @Test
    void whoIsNoLongerSharedWithIsRefusedFromTheNextRequestOn() throws Exception {
        String bob = cookie("bob");
        assertThat(own("/", bob).status()).isEqualTo(200);

        tell("ready", "dash", application.port());

        RawClient.Answer page = own("/", bob + HTML);
        assertThat(page.status()).isEqualTo(403);
        assertThat(page.text()).contains("This is not shared with you").doesNotContain("You stopped it");
        assertThat(own("/", bob).text()).contains("port.not-shared");
        assertThat(own("/", cookie("alice")).status()).isEqualTo(200);
    }

    @Test
    void aClosedPortIsGoneEverywhere() throws Exception {
        tell("ready", "", 0);

        RawClient.Answer own = own("/", cookie("alice"));
        RawClient.Answer below = router.get(
                router.authority("alice"), "/user/alice/ports/dash/", "Cookie: " + router.cookie("alice") + "\r\n");
        assertThat(own.status()).isEqualTo(404);
        assertThat(own.text()).contains("port.unknown");
        assertThat(below.status()).isEqualTo(404);
        assertThat(below.text()).contains("port.not-open");
        assertThat(router.get(router.baseAuthority(), "/user/alice/ports/dash/", token("bob", "inherit"))
                        .status())
                .isEqualTo(403);
        assertThat(application.unseen()).isZero();
    }

    @Test
    void whereNothingListensItSaysSo() throws Exception {
        int free = RunningRouter.freePorts();
        tell("ready", "dash", free, "bob");

        RawClient.Answer page = own("/", cookie("bob") + HTML);

        assertThat(page.status()).isEqualTo(502);
        assertThat(page.text())
                .contains("Nothing listens on port " + free + " in the session: start your application.", "0.0.0.0")
                .doesNotContain("alice");
        assertThat(own("/", cookie("bob")).text()).contains("\"port.nothing-listens\"");
    }

    @Test
    void whatSpeaksNoHttpIsToldApart() throws Exception {
        try (Backend deaf = Backend.of((_, wire) -> wire.send("SSH-2.0-OpenSSH_9.9\r\n"))) {
            tell("ready", "dash", deaf.port(), "bob");

            assertThat(own("/", cookie("bob")).text()).contains("\"port.broke-off\"");
        }
    }

    @ParameterizedTest
    @CsvSource({"stopped, 424", "failed, 424", "starting, 503", "stopping, 503"})
    void whileTheSessionDoesNotRunItsOwnerLearnsWhyAndOthersOnlyThat(String state, int status) throws Exception {
        tell(state, "dash", application.port(), "bob");

        RawClient.Answer owner = own("/", cookie("alice"));
        RawClient.Answer other = own("/", cookie("bob"));

        assertThat(owner.status()).isEqualTo(status);
        assertThat(owner.text()).contains("session." + state, "You stopped it.");
        assertThat(other.status()).isEqualTo(status);
        assertThat(other.text()).contains("port.session-").doesNotContain("You stopped it.", "alice");
    }

    @Test
    void theNotebooksOwnPortIsNeverReachedByIt() throws Exception {
        tell("ready", "dash", notebook.port(), "bob");

        assertThat(own("/", cookie("bob")).status()).isEqualTo(404);
        assertThat(own("/", cookie("alice")).status()).isEqualTo(404);
        assertThat(notebook.unseen()).isZero();
    }

    @Test
    void browsersThatAreUnknownAreSentToThePortsOwnDoor() throws Exception {
        String door = "http://localhost:" + router.port() + "/hub/enter/alice/ports/dash?next=%2Fx%3Fa%3Db";

        assertThat(own("/x?a=b", HTML).header("Location")).isEqualTo(door);
        assertThat(router.get(router.authority("alice"), "/user/alice/ports/dash/x?a=b", HTML)
                        .header("Location"))
                .isEqualTo(door);
        assertThat(router.get(router.baseAuthority(), "/user/alice/ports/dash/x?a=b", HTML)
                        .header("Location"))
                .isEqualTo("/hub/enter/alice/ports/dash?next=%2Fx%3Fa%3Db");
        assertThat(own("/x", "").status()).isEqualTo(401);
    }

    @ParameterizedTest
    @CsvSource({"alice, 302", "bob, 302", "carol, 403"})
    void aTicketLetsInWhomTheRouteAdmits(String user, int status) throws Exception {
        String ticket = router.sign(Purpose.TICKET, RunningRouter.claims(user, HOST, Duration.ofSeconds(30)));

        RawClient.Answer entered = own("/.carrel/enter?ticket=" + ticket + "&next=%2Fx", "");

        assertThat(entered.status()).isEqualTo(status);
        if (status == 302) {
            assertThat(entered.header("Location")).isEqualTo("/x");
            String pair = entered.header("Set-Cookie").replaceFirst(";.*", "");
            assertThat(own("/x", "Cookie: " + pair + "\r\n").text()).isEqualTo("application");
        } else {
            assertThat(entered.header("Set-Cookie")).isEmpty();
        }
    }

    @Test
    void theTicketOfAnotherOriginDoesNotLetIn() throws Exception {
        assertThat(own("/.carrel/enter?ticket=" + router.ticket("alice"), "").status())
                .isEqualTo(403);
        assertThat(own("/", "Cookie: " + router.cookie("alice") + "\r\n").status())
                .isEqualTo(401);
        assertThat(own("/.carrel/other", cookie("alice")).status()).isEqualTo(404);
    }

    @Test
    void otherSitesPagesCannotUseItsCookie() throws Exception {
        String foreign = "Origin: http://bob--main.localhost:" + router.port() + "\r\n";

        assertThat(own("/", cookie("alice") + foreign).status()).isEqualTo(403);
        assertThat(own("/", cookie("alice") + "Sec-Fetch-Site: same-site\r\nSec-Fetch-Mode: cors\r\n")
                        .status())
                .isEqualTo(403);
        assertThat(own("/", cookie("alice") + "Origin: http://" + authority() + "\r\n")
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{\"name\":\"Dash\",\"port\":8050,\"host\":\"a.localhost\"}]",
                "[{\"name\":\"dash\",\"port\":80,\"host\":\"a.localhost\"}]",
                "[{\"name\":\"dash\",\"port\":\"8050\",\"host\":\"a.localhost\"}]",
                "[{\"name\":\"dash\",\"port\":8050,\"host\":\"a/b\"}]",
                "[{\"name\":\"dash\",\"port\":8050}]",
                "[{\"name\":\"dash\",\"port\":8050,\"host\":\"a.localhost\",\"shares\":[1]}]",
                "{}"
            })
    void aRouteWhosePortsAreNoneIsRefused(String ports) throws Exception {
        ObjectNode json = RunningRouter.sessionJson(ALICE, "ready", notebook.url(), "");
        ((ObjectNode) json.path("session")).set("ports", RunningRouter.JSON.readTree(ports));

        assertThat(router.control("POST", "/api/routes/user/alice", json.toString())
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void portsSurviveARestartOfTheRouter() throws Exception {
        try (RunningRouter other = RunningRouter.start()) {
            ObjectNode json = RunningRouter.sessionJson(ALICE, "ready", notebook.url(), "");
            ((ObjectNode) json.path("session"))
                    .putArray("ports")
                    .addObject()
                    .put("name", "dash")
                    .put("port", application.port())
                    .put("host", HOST)
                    .putArray("shares")
                    .add("bob");
            other.route(ALICE.basePath(), json.toString());

            other.restart();

            String bob = "Cookie: carrel-session="
                    + other.sign(Purpose.SESSION, RunningRouter.claims("bob", HOST, Duration.ofHours(1))) + "\r\n";
            assertThat(other.get(HOST + ":" + other.port(), "/", bob).text()).isEqualTo("application");
        }
    }
}
