/* Copyright the Carrel authors. */
package dev.carrel.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.options.AriaRole;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a person does, in a real browser. The steps build on one another. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class JourneyIT {
    private Carrel carrel;
    private Browser browser;
    private BrowserContext admin;
    private Page page;
    private String printed;

    private Evidence evidence;

    @RegisterExtension
    final AfterTestExecutionCallback telling = context -> context.getExecutionException()
            .ifPresent(failure -> evidence.tell(carrel, context.getDisplayName(), failure));

    @BeforeAll
    void start() {
        carrel = Carrel.prepared();
        printed = carrel.start();
        browser = new Browser();
        admin = browser.person();
        page = admin.newPage();
        evidence = new Evidence(page);
    }

    @AfterAll
    void stop() {
        browser.close();
        carrel.close();
    }

    @Test
    @Order(1)
    void theOneTimeLinkSignsTheFirstAdministratorIn() {
        page.navigate(Carrel.link(printed));
        Browser.screenshot(page, "01-invite");
        page.locator("input[type=password]").first().fill("a really long pass phrase");
        if (page.locator("input[type=password]").count() > 1) {
            page.locator("input[type=password]").nth(1).fill("a really long pass phrase");
        }
        page.locator("form button[type=submit]").last().click();
        page.waitForURL("**/hub/home");
        Browser.screenshot(page, "02-home");

        Page again = browser.person().newPage();
        Response second = again.navigate(Carrel.link(printed));
        assertThat(second.status()).isIn(404, 410);
        again.context().close();
    }

    @Test
    @Order(2)
    void startShowsTrueProgressAndEndsInJupyterLab() {
        page.getByRole(
                        AriaRole.BUTTON,
                        new Page.GetByRoleOptions().setName("Start").setExact(false))
                .first()
                .click();
        page.waitForURL(Pattern.compile(".*/hub/spawn-pending/.*|.*/user/admin/lab.*"));
        Browser.screenshot(page, "03-progress");
        page.waitForURL(Pattern.compile("http://admin--main\\.localhost:.*/user/admin/lab.*"));
        assertThat(page.locator(".jp-Launcher").first()).isVisible();
        Browser.screenshot(page, "04-lab");
    }

    @Test
    @Order(3)
    void aCellPrints42AndTheNotebookIsSaved() {
        page.locator(".jp-LauncherCard[data-category='Notebook']").first().click();
        // JupyterLab shows an idle kernel before there is one, and what is typed then may go to an editor that it still
        // replaces.
        Api api = new Api(carrel, carrel.token("admin"));
        org.awaitility.Awaitility.await()
                .atMost(Carrel.seconds(60))
                .untilAsserted(() -> assertThat(api.get("/user/admin/api/kernels")
                                .json()
                                .path(0)
                                .path("connections")
                                .asInt())
                        .isPositive());
        page.getByText("Python 3 (ipykernel) | Idle").first().waitFor();
        Locator cell = page.locator(".jp-Notebook .jp-Cell .cm-content").first();
        cell.click();
        page.keyboard().type("print(6*7)");
        assertThat(cell).hasText("print(6*7)");
        page.keyboard().press("Shift+Enter");
        assertThat(page.locator(".jp-OutputArea-output").first()).containsText("42");
        page.keyboard().press("Escape");
        page.keyboard().press("Control+s");
        Locator rename = page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(Pattern.compile("Rename( and Save)?")));
        rename.first().click();
        org.awaitility.Awaitility.await()
                .atMost(Carrel.seconds(30))
                .untilAsserted(() -> assertThat(api.get("/user/admin/api/contents/Untitled.ipynb")
                                .body())
                        .contains("print(6*7)"));
        Browser.screenshot(page, "05-cell");
    }

    @Test
    @Order(4)
    void theTerminalWorks() {
        page.navigate(carrel.origin("admin--main") + "/user/admin/lab?reset");
        page.locator(".jp-LauncherCard")
                .filter(new Locator.FilterOptions().setHasText("Terminal"))
                .first()
                .click();
        page.locator(".jp-Terminal .xterm-helper-textarea")
                .waitFor(new Locator.WaitForOptions()
                        .setState(com.microsoft.playwright.options.WaitForSelectorState.ATTACHED));
        page.locator(".jp-Terminal .xterm-screen").click();
        page.keyboard().type("echo from the terminal > note.txt; echo done\n");
        Api api = new Api(carrel, carrel.token("admin"));
        org.awaitility.Awaitility.await()
                .atMost(Carrel.seconds(30))
                .untilAsserted(() -> assertThat(
                                api.get("/user/admin/api/contents/note.txt").body())
                        .contains("from the terminal"));
        Browser.screenshot(page, "06-terminal");
    }

    @Test
    @Order(5)
    void aNotebookThatIsReadWhileItIsSavedIsNeverLost() throws Exception {
        Api api = new Api(carrel, carrel.token("admin"));
        String notebook = "/user/admin/api/contents/Busy.ipynb";
        String saved = """
                {"type":"notebook","format":"json","content":{"cells":[{"cell_type":"code","id":"a","metadata":{},
                "outputs":[],"execution_count":null,"source":"version %d"}],"metadata":{},"nbformat":4,"nbformat_minor":5}}""";
        assertThat(api.send("PUT", notebook, saved.formatted(0)).status()).isEqualTo(201);
        AtomicBoolean saving = new AtomicBoolean(true);
        try (var readers = Executors.newFixedThreadPool(2)) {
            List<Future<Api.Answer>> failures = Stream.generate(() -> readers.submit(() -> {
                        Api.Answer answer = api.get(notebook);
                        while (saving.get() && answer.status() == 200) {
                            answer = api.get(notebook);
                        }
                        return answer;
                    }))
                    .limit(2)
                    .toList();
            try {
                for (int version = 1; version <= 100; version++) {
                    assertThat(api.send("PUT", notebook, saved.formatted(version))
                                    .status())
                            .isEqualTo(200);
                    assertThat(api.get(notebook).body()).contains("\"version " + version + '"');
                }
            } finally {
                saving.set(false);
            }
            for (Future<Api.Answer> last : failures) {
                assertThat(last.get()).extracting(Api.Answer::status).isEqualTo(200);
            }
        }
        assertThat(api.get("/user/admin/api/contents").body()).doesNotContain(".invalid");
    }

    @Test
    @Order(6)
    void afterStopAndStartTheFilesAreStillThere() {
        page.navigate(carrel.url() + "/hub/home");
        page.getByRole(
                        AriaRole.BUTTON,
                        new Page.GetByRoleOptions().setName("Stop").setExact(false))
                .first()
                .click();
        Locator start = page.getByRole(
                        AriaRole.BUTTON,
                        new Page.GetByRoleOptions().setName("Start").setExact(false))
                .first();
        org.awaitility.Awaitility.await()
                .atMost(Carrel.seconds(40))
                .pollInterval(Carrel.seconds(1))
                .untilAsserted(() -> {
                    page.navigate(carrel.url() + "/hub/home");
                    assertThat(start.isVisible()).isTrue();
                });
        Browser.screenshot(page, "07-stopped");

        // The old address of a stopped session says so and has one button that helps.
        Response dead = page.navigate(carrel.origin("admin--main") + "/user/admin/lab");
        assertThat(dead.status()).isEqualTo(424);
        Browser.screenshot(page, "08-stopped-session");

        page.navigate(carrel.url() + "/hub/home");
        start.click();
        page.waitForURL(Pattern.compile("http://admin--main\\.localhost:.*/user/admin/lab.*"));
        Api api = new Api(carrel, carrel.token("admin"));
        assertThat(api.get("/user/admin/api/contents/Untitled.ipynb").body()).contains("print(6*7)");
        assertThat(api.get("/user/admin/api/contents/note.txt").body()).contains("from the terminal");
        assertThat(page.locator(".jp-DirListing-item")
                        .filter(new Locator.FilterOptions().setHasText("note.txt"))
                        .first())
                .isVisible();
    }

    @Test
    @Order(7)
    void aSecondPersonCannotOpenTheFirstOnesSession() {
        carrel.addUser("eve", "eve's long pass phrase", false);
        BrowserContext eve = browser.person();
        Page evil = eve.newPage();
        evil.navigate(carrel.url() + "/hub/login");
        evil.locator("input[name=username]").fill("eve");
        evil.locator("input[name=password]").fill("eve's long pass phrase");
        Browser.screenshot(evil, "09-login");
        evil.locator("form button[type=submit]").last().click();
        evil.waitForURL("**/hub/home");

        Response direct = evil.navigate(carrel.origin("admin--main") + "/user/admin/lab");
        assertThat(direct.status()).isEqualTo(403);
        assertThat(evil.content()).doesNotContain("jp-Launcher");
        assertThat(evil.navigate(carrel.url() + "/hub/enter/admin").status()).isEqualTo(403);
        Browser.screenshot(evil, "10-forbidden");
        Api api = new Api(carrel, carrel.token("eve"));
        assertThat(api.get("/user/admin/api").status()).isEqualTo(403);
        assertThat(api.get("/hub/api/users/admin").status()).isIn(403, 404);
        assertThat(api.post("/hub/api/users/admin/server", "").status()).isIn(403, 404);
        assertThat(api.delete("/hub/api/users/admin/server").status()).isIn(403, 404);
        eve.close();
    }

    @Test
    @Order(8)
    void aPageInsideEvesOwnSessionReachesNobodyElse() throws Exception {
        Api eveApi = new Api(carrel, carrel.token("eve"));
        eveApi.startServer("eve");
        // Scripts of a page inside eve's session run with her session's cookie and her sign-in's cookie in the browser;
        // still they
        // must reach neither the hub nor anybody else's session.
        BrowserContext eve = browser.person();
        Page evil = eve.newPage();
        evil.navigate(carrel.url() + "/hub/login?next=/hub/enter/eve");
        evil.locator("input[name=username]").fill("eve");
        evil.locator("input[name=password]").fill("eve's long pass phrase");
        evil.locator("form button[type=submit]").last().click();
        evil.waitForURL(Pattern.compile("http://eve--main\\.localhost:.*"));
        evil.locator(".jp-Launcher").first().waitFor();
        String script = """
                async (urls) => {
                  const out = [];
                  for (const url of urls) {
                    try {
                      const r = await fetch(url, {credentials: 'include'});
                      out.push(url + ' ' + r.status + ' ' + (await r.text()).length);
                    } catch (e) { out.push(url + ' blocked'); }
                  }
                  for (const url of urls) {
                    out.push(await new Promise(done => {
                      let ws;
                      try { ws = new WebSocket(url.replace('http', 'ws')); } catch (e) { done('ws blocked'); return; }
                      ws.onopen = () => done('ws ' + url + ' open');
                      ws.onerror = () => done('ws blocked');
                    }));
                  }
                  out.push('cookies ' + document.cookie);
                  return out.join('\\n');
                }
                """;
        Object outcome = evil.evaluate(
                script,
                List.of(
                        carrel.origin("admin--main") + "/user/admin/api/contents",
                        carrel.url() + "/hub/api/users",
                        carrel.url() + "/hub/api/user",
                        carrel.url() + "/hub/home",
                        carrel.url() + "/user/admin/api"));
        assertThat(outcome.toString())
                .doesNotContain(" 200 ")
                .doesNotContain("open")
                .doesNotContain("carrel-session")
                .doesNotContain("carrel-login");
        eve.close();
    }

    @Test
    @Order(9)
    void signingOutEndsTheSessionsCookiesToo() {
        page.navigate(carrel.url() + "/hub/home");
        page.getByRole(
                        AriaRole.BUTTON,
                        new Page.GetByRoleOptions().setName("Sign out").setExact(false))
                .first()
                .click();
        page.waitForLoadState();
        Browser.screenshot(page, "11-signed-out");

        page.navigate(carrel.url() + "/hub/home");
        assertThat(page.url()).contains("/hub/login");
        Response inside = page.navigate(carrel.origin("admin--main") + "/user/admin/lab");
        assertThat(page.url()).as("status %d", inside.status()).contains("/hub/login");
        assertThat(page.content()).doesNotContain("jp-Launcher");
    }
}
