/* Copyright the Carrel authors. */
package dev.carrel.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.WaitForSelectorState;
import java.util.List;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An application in a session, reached under a name by its owner and by whom she shares it with. The steps build on one another. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PortsIT {
    /** Says hello, shows what it was sent, and echoes over a WebSocket; on the port and address given. */
    private static final String APPLICATION = """
            import json, sys, tornado.ioloop, tornado.web, tornado.websocket

            class Hello(tornado.web.RequestHandler):
                def get(self):
                    self.write("<!doctype html><title>Dash</title><h1>Hello from the session</h1>")

            class Seen(tornado.web.RequestHandler):
                def get(self):
                    self.write(json.dumps({"path": self.request.uri, "headers": dict(self.request.headers.get_all())}))

            class Away(tornado.web.RequestHandler):
                def get(self):
                    self.redirect("/seen")

            class Echo(tornado.websocket.WebSocketHandler):
                def on_message(self, message):
                    self.write_message("echo " + message)

            tornado.web.Application([("/", Hello), ("/seen", Seen), ("/away", Away), ("/echo", Echo)]).listen(
                int(sys.argv[1]), sys.argv[2])
            tornado.ioloop.IOLoop.current().start()
            """;

    private static final String ECHO = """
            () => new Promise(done => {
              const socket = new WebSocket(location.origin.replace('http', 'ws') + '/echo');
              window.socket = socket;
              socket.onopen = () => socket.send('hello');
              socket.onmessage = message => done(message.data);
              socket.onerror = () => done('refused');
              socket.onclose = () => { document.title = 'closed'; };
            })""";

    private Carrel carrel;
    private Browser browser;
    private Api ada;
    private Api bob;
    private Page page;
    private Page other;
    private Evidence evidence;

    @RegisterExtension
    final AfterTestExecutionCallback telling = context -> context.getExecutionException()
            .ifPresent(failure -> evidence.tell(carrel, context.getDisplayName(), failure));

    @BeforeAll
    void start() {
        carrel = Carrel.prepared();
        carrel.succeed("setup");
        carrel.addUser("ada", "ada's long pass phrase", true);
        carrel.addUser("bob", "bob's long pass phrase", false);
        carrel.start();
        ada = new Api(carrel, carrel.token("ada"));
        bob = new Api(carrel, carrel.token("bob"));
        ada.startServer("ada");
        browser = new Browser();
        page = signedIn("ada");
        evidence = new Evidence(page);
        other = signedIn("bob");
    }

    @AfterAll
    void stop() {
        browser.close();
        carrel.close();
    }

    private Page signedIn(String name) {
        return browser.signedIn(carrel, name, name + "'s long pass phrase");
    }

    private String own(String path) {
        return carrel.origin("dash--ada--main") + path;
    }

    /** Starts the application and waits until it listens. */
    private void run(int port, String address) throws Exception {
        try (Kernel kernel = Kernel.start(carrel, ada, "ada")) {
            String code = """
                    import socket, subprocess, sys, time
                    open("application.py", "w").write(%s)
                    subprocess.Popen([sys.executable, "application.py", "%d", "%s"], start_new_session=True)
                    for attempt in range(300):
                        try:
                            socket.create_connection(("127.0.0.1", %d), timeout=1).close(); print("listens"); break
                        except OSError:
                            time.sleep(0.1)
                    """.formatted(Carrel.JSON.writeValueAsString(APPLICATION), port, address, port);
            assertThat(kernel.run(code)).isEqualTo("listens");
        }
    }

    private void share(String names) {
        page.navigate(carrel.url() + "/hub/ports/ada");
        page.locator("#port-dash input[name=shares]").fill(names);
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Share dash"))
                .click();
        page.locator("#port-dash")
                .getByText("shared with " + (names.isEmpty() ? "nobody" : names))
                .waitFor();
    }

    @Test
    @Order(1)
    void aPortIsOpenedOnThePageOfTheSessionAndSaysWhatIsMissing() {
        page.navigate(carrel.url() + "/hub/home");
        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Ports"))
                .click();
        page.waitForURL("**/hub/ports/ada");
        Browser.screenshot(page, "ports-01-none");
        page.locator("#name").fill("dash");
        page.locator("#port").fill("8050");
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Open port"))
                .click();
        page.locator("#port-dash").waitFor();
        Browser.screenshot(page, "ports-02-open");

        page.getByRole(
                        AriaRole.LINK,
                        new Page.GetByRoleOptions().setName("Open").setExact(true))
                .click();
        page.waitForURL(own("/"));
        assertThat(page.content()).contains("Nothing listens on port 8050", "start your application", "0.0.0.0");
        Browser.screenshot(page, "ports-03-nothing-listens");
        assertThat(ada.get("/user/ada/ports/dash/").json().path("error").asText())
                .isEqualTo("port.nothing-listens");
    }

    @Test
    @Order(2)
    void theOwnerReachesTheApplicationOnItsOwnOriginWithHttpAndWebSocket() throws Exception {
        run(8050, "0.0.0.0");

        Response hello = page.navigate(own("/"));
        assertThat(hello.status()).isEqualTo(200);
        assertThat(page.locator("h1").innerText()).isEqualTo("Hello from the session");
        Browser.screenshot(page, "ports-04-application");
        assertThat(page.evaluate(ECHO)).isEqualTo("echo hello");

        page.navigate(own("/seen?a=b"));
        assertThat(page.innerText("body"))
                .contains("\"/seen?a=b\"")
                .doesNotContain("Authorization", "carrel-", "X-Forwarded-Prefix");
    }

    @Test
    @Order(3)
    void itIsReachedBelowTheSessionsPathToo() {
        String below = carrel.origin("ada--main") + "/user/ada/ports/dash";
        page.navigate(carrel.url() + "/hub/enter/ada");
        page.waitForURL(Pattern.compile("http://ada--main\\.localhost:.*"));
        page.navigate(below);
        assertThat(page.url()).isEqualTo(below + "/");
        assertThat(page.locator("h1").innerText()).isEqualTo("Hello from the session");
        page.navigate(below + "/away");
        assertThat(page.url()).isEqualTo(below + "/seen");
        assertThat(page.innerText("body"))
                .contains("\"path\": \"/seen\"", "\"X-Forwarded-Prefix\": \"/user/ada/ports/dash\"")
                .doesNotContain("Authorization", "carrel-");

        Api.Answer token = ada.get("/user/ada/ports/dash/seen");
        assertThat(token.status()).isEqualTo(200);
        assertThat(token.json().path("path").asText()).isEqualTo("/seen");
        assertThat(token.body()).doesNotContain("Authorization");
    }

    @Test
    @Order(4)
    void somebodyElseIsLetInWhileItIsSharedWithThemAndNoLonger() {
        Response refused = other.navigate(own("/"));
        assertThat(refused.status()).isEqualTo(403);
        assertThat(other.content()).contains("Nothing is shared with you under this address");
        Browser.screenshot(other, "ports-05-not-shared");
        assertThat(bob.get("/user/ada/ports/dash/").status()).isEqualTo(403);

        share("bob");
        Browser.screenshot(page, "ports-06-shared");

        assertThat(other.navigate(own("/")).status()).isEqualTo(200);
        assertThat(other.locator("h1").innerText()).isEqualTo("Hello from the session");
        assertThat(other.evaluate(ECHO)).isEqualTo("echo hello");
        assertThat(bob.get("/user/ada/ports/dash/").status()).isEqualTo(200);
        // The right to a port is no right to the session.
        for (String path :
                List.of("/user/ada/api", "/user/ada/ports/", "/user/ada/ports/dash%2F", "/user/ada/ports/8888/")) {
            assertThat(bob.get(path).status()).as(path).isEqualTo(403);
        }
        assertThat(other.navigate(carrel.origin("ada--main") + "/user/ada/lab").status())
                .isEqualTo(403);
        other.navigate(own("/"));
        other.evaluate(ECHO);

        share("");

        other.waitForFunction("() => document.title === 'closed'");
        Response after = other.navigate(own("/"));
        assertThat(after.status()).isEqualTo(403);
        assertThat(other.content()).contains("This is not shared with you");
        Browser.screenshot(other, "ports-07-no-longer-shared");
        assertThat(bob.get("/user/ada/ports/dash/").status()).isEqualTo(403);
    }

    @Test
    @Order(5)
    void noSpellingReachesAnythingElse() {
        share("bob");
        bob.startServer("bob");
        for (String path : List.of(
                "/user/bob/ports/dash/",
                "/user/bob/ports/../../ada/ports/dash/../../api",
                "/user/bob/ports/127.0.0.1/",
                "/user/bob/ports/ada/dash/",
                "/user/ada/ports/dash@127.0.0.1:" + (carrel.port() + 1) + "/",
                "/user/ada/ports/Dash/",
                "/user/ada/ports/x/../../api")) {
            assertThat(bob.get(path).status()).as(path).isIn(400, 403, 404);
        }
        for (String host :
                List.of("dash--bob--main", "dash--ada--gpu", "dash--dash--ada--main", "8050--ada--main", "p--ada")) {
            assertThat(other.navigate(carrel.origin(host) + "/").status())
                    .as(host)
                    .isEqualTo(404);
        }
        assertThat(bob.send("PUT", "/hub/api/users/ada/server/ports/dash", "{\"port\": 8051}")
                        .status())
                .isEqualTo(404);
        assertThat(bob.send("PUT", "/hub/api/users/bob/server/ports/own", "{\"port\": 8888}")
                        .status())
                .isEqualTo(400);
    }

    @Test
    @Order(6)
    void anApplicationThatListensToItsOwnMachineOnlyIsToldSo() throws Exception {
        assertThat(ada.send("PUT", "/hub/api/users/ada/server/ports/inner", "{\"port\": 8060}")
                        .status())
                .isEqualTo(201);
        run(8060, "127.0.0.1");

        Api.Answer answer = ada.get("/user/ada/ports/inner/");

        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.json().path("message").asText()).contains("let it listen on 0.0.0.0");
    }

    @Test
    @Order(7)
    void itsNameWorksAgainAfterTheSessionWasStoppedAndStarted() throws Exception {
        assertThat(ada.delete("/hub/api/users/ada/server").status()).isIn(202, 204);
        Awaitility.await()
                .atMost(Carrel.seconds(60))
                .untilAsserted(
                        () -> assertThat(other.navigate(own("/")).status()).isEqualTo(424));
        assertThat(other.content()).contains("The session does not run").doesNotContain("stopped it");
        Browser.screenshot(other, "ports-08-session-stopped");

        ada.startServer("ada");
        run(8050, "0.0.0.0");

        assertThat(other.navigate(own("/")).status()).isEqualTo(200);
        assertThat(other.locator("h1").innerText()).isEqualTo("Hello from the session");
    }

    @Test
    @Order(8)
    void aPortThatIsClosedOnThePageIsGone() {
        page.navigate(carrel.url() + "/hub/ports/ada");
        Locator close = page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Close dash"));
        close.click();
        page.locator("#port-dash").waitFor(new Locator.WaitForOptions().setState(WaitForSelectorState.DETACHED));

        assertThat(page.navigate(own("/")).status()).isEqualTo(404);
        assertThat(page.content()).contains("No port is open under this address");
        Browser.screenshot(page, "ports-09-closed");
        assertThat(ada.get("/user/ada/ports/dash/").json().path("error").asText())
                .isEqualTo("port.not-open");
        assertThat(bob.get("/user/ada/ports/dash/").status()).isEqualTo(403);
    }
}
