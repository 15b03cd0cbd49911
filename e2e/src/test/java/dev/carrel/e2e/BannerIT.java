/* Copyright the Carrel authors. */
package dev.carrel.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.WaitForSelectorState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Whoever has a notebook open is told within five seconds when its session has ended, why, and comes back to the same notebook. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BannerIT {
    private static final Duration PROMISE = Duration.ofSeconds(5);
    private static final String NOTEBOOK = """
            {"type":"notebook","format":"json","content":{"cells":[{"cell_type":"code","id":"a","metadata":{},
            "outputs":[],"execution_count":null,"source":"6*7"}],
            "metadata":{"kernelspec":{"name":"python3","display_name":"Python 3 (ipykernel)","language":"python"}},"nbformat":4,"nbformat_minor":5}}""";
    private static final String CHECKPOINTS = "/user/ada/api/contents/Work.ipynb/checkpoints*";
    private static final String WORKSPACE = "/user/ada/lab/api/workspaces/default";
    /**
     * Takes all the memory of the session there is, in small parts, and makes the session's server the one that is ended for it. (Memory that runs out in a
     * notebook's kernel ends that kernel, as the largest; the session goes on.)
     */
    private static final String EAT = """
            import os
            for pid in filter(str.isdigit, os.listdir('/proc')):
                if pid not in ('1', str(os.getpid())) and b'jupyter-lab' in open(f'/proc/{pid}/cmdline', 'rb').read():
                    open(f'/proc/{pid}/oom_score_adj', 'w').write('1000')
                    print('the server is', pid, flush=True)
            for _ in range(8):
                if os.fork() == 0:
                    eaten = []
                    while True: eaten.append(bytearray(b'x') * (1 << 20))
            while True: os.wait()""";

    private Carrel carrel;

    private Browser browser;
    private BrowserContext person;
    private Page page;
    private Evidence evidence;
    private Api ada;
    private Api admin;

    @RegisterExtension
    final AfterTestExecutionCallback telling = context -> context.getExecutionException()
            .ifPresent(failure -> evidence.tell(carrel, context.getDisplayName(), failure));

    @BeforeAll
    void start() {
        carrel = Carrel.prepared().with("CARREL_SESSION_MEMORY", "400MiB").with("CARREL_SESSION_STOP_GRACE", "6s");
        carrel.succeed("setup");
        carrel.addUser("admin", "the admin's pass phrase", true);
        carrel.addUser("ada", "ada's long pass phrase", false);
        carrel.start();
        ada = new Api(carrel, carrel.token("ada"));
        admin = new Api(carrel, carrel.token("admin"));
        browser = new Browser();
        person = browser.person();
        page = person.newPage();
        evidence = new Evidence(page);
        Browser.signIn(page, carrel.url(), "ada", "ada's long pass phrase");
    }

    @AfterAll
    void stop() {
        browser.close();
        carrel.close();
    }

    @BeforeEach
    void anOpenNotebook() {
        if (!ada.server("ada").path("ready").asBoolean()) {
            ada.startServer("ada");
        }
        ada.send("PUT", "/user/ada/api/contents/Work.ipynb", NOTEBOOK);
        page.navigate(notebook());
        isOpen();
    }

    /**
     * With its kernel at rest: what breaks off while a notebook is being opened has JupyterLab close it. An idle kernel is shown before there is one, so the
     * server is asked.
     */
    private void isOpen() {
        page.locator(".jp-Notebook .jp-Cell").first().waitFor();
        org.awaitility.Awaitility.await()
                .atMost(Carrel.seconds(60))
                .until(() -> ada.get("/user/ada/api/kernels")
                                .json()
                                .path(0)
                                .path("connections")
                                .asInt()
                        > 0);
        page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]")
                .first()
                .waitFor();
        assertThat(banner()).hasCount(0);
    }

    private String notebook() {
        return carrel.origin("ada--main") + "/user/ada/lab/tree/Work.ipynb";
    }

    private Locator banner() {
        return page.locator("carrel-banner .banner");
    }

    private void await(String text, long begin) {
        banner().filter(new Locator.FilterOptions().setHasText(text))
                .waitFor(new Locator.WaitForOptions()
                        .setState(WaitForSelectorState.VISIBLE)
                        .setTimeout((double) PROMISE.multipliedBy(3).toMillis()));
        Duration took = Duration.ofNanos(System.nanoTime() - begin);
        System.out.println("banner \"" + text + "\" after " + took.toMillis() + " ms");
        assertThat(took).as("until the banner says: %s", text).isLessThanOrEqualTo(PROMISE);
    }

    /** From the Start page on, back to the notebook with its session running. */
    private void startsAndComesBack() {
        page.waitForURL(Pattern.compile(".*/hub/spawn/ada.*"));
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(Pattern.compile("^Start( again)?$")))
                .first()
                .click();
        comesBack();
    }

    private void comesBack() {
        page.waitForURL(notebook());
        isOpen();
        assertThat(ada.server("ada").path("ready").asBoolean()).isTrue();
    }

    @Test
    void aContainerThatIsRemovedIsToldAndRestartLeadsBackToTheNotebook() {
        String container = carrel.containers().getFirst();
        long begin = System.nanoTime();

        Carrel.docker("rm", "-f", container);

        await("ended from outside", begin);
        assertThat(banner()).containsText("Your saved files are safe.");
        Browser.screenshot(page, "banner-removed");
        page.locator("carrel-banner a.main").click();
        startsAndComesBack();
    }

    @Test
    void runningOutOfMemoryIsToldInTheBannerOnThePageAndToPrograms() {
        String container = carrel.containers().getFirst();
        CompletableFuture<Carrel.Ran> eating = CompletableFuture.supplyAsync(() ->
                Carrel.exec("", Map.of(), List.of("timeout", "60", "docker", "exec", container, "python3", "-c", EAT)));
        Carrel.Ran end = Carrel.exec("", Map.of(), List.of("timeout", "60", "docker", "wait", container));
        long begin = System.nanoTime();
        assertThat(end.status())
                .as(
                        "the session ended: %s; what ate: %s",
                        end.all(), eating.isDone() ? eating.join().all() : "eats on")
                .isZero();
        assertThat(end.out().strip()).as("how it ended").isEqualTo("137");

        await("ran out of memory", begin);

        assertThat(banner()).containsText("so the system ended it. Your saved files are safe.");
        Browser.screenshot(page, "banner-memory");
        Response notice = page.navigate(notebook());
        assertThat(notice.status()).isEqualTo(424);
        assertThat(page.locator("h1")).hasText("The session ran out of memory");
        Browser.screenshot(page, "notice-memory");
        Api.Answer answer = ada.get("/user/ada/api");
        assertThat(answer.json().at("/session/reasonCode").asText())
                .as(answer.body())
                .isEqualTo("out-of-memory");
        Api.Answer model = ada.get("/hub/api/users/ada");
        assertThat(model.json().at("/ended//reason_code").asText())
                .as(model.body())
                .isEqualTo("out-of-memory");
        page.locator("a.button").click();
        startsAndComesBack();
        assertThat(eating).succeedsWithin(Carrel.seconds(20));
    }

    @Test
    void aStopByAnAdministratorIsToldAndSoIsThatItRunsAgain() {
        CompletableFuture<Api.Answer> stop = stopByTheAdministrator();
        await("An administrator stopped", System.nanoTime());
        Browser.screenshot(page, "banner-admin");

        // Whether the stop is still under way or not.
        ada.startServer("ada");

        Locator reload = page.locator("carrel-banner button.main");
        assertThat(reload).hasText("Reload");
        Browser.screenshot(page, "banner-running-again");
        reload.click();
        isOpen();
        assertThat(stop).succeedsWithin(Carrel.seconds(20));
    }

    @Test
    void restartWhileAStopIsStillUnderWayLeadsBackToTheNotebook() {
        // What does not listen is killed when its time is over.
        Carrel.docker("exec", carrel.containers().getFirst(), "sh", "-c", "kill -STOP -1");
        CompletableFuture<Api.Answer> stop = stopByTheAdministrator();
        await("The session is stopping.", System.nanoTime());
        assertThat(banner()).containsText("An administrator stopped it.");
        Browser.screenshot(page, "banner-stopping");

        page.locator("carrel-banner a.main").click();
        page.waitForURL(Pattern.compile(".*/hub/spawn-pending/ada.*"));
        Browser.screenshot(page, "page-stopping");
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Start again when it has stopped"))
                .click();

        assertThat(page.locator(".lead")).hasText("It starts again as soon as it has stopped.");
        Browser.screenshot(page, "page-stopping-again");
        comesBack();
        assertThat(stop).succeedsWithin(Carrel.seconds(20));
    }

    @Test
    void aNotebookWhoseOpeningTheStopBrokeOffIsThereAfterTheReload() {
        page.navigate("about:blank");
        assertThat(ada.delete(WORKSPACE).status()).isIn(204, 404);
        // JupyterLab shows a notebook, asks for its checkpoints, and closes it again when it is not told of them.
        List<Route> held = new CopyOnWriteArrayList<>();
        page.route("**" + CHECKPOINTS, held::add);
        page.navigate(notebook());
        page.locator(".jp-Notebook .jp-Cell").first().waitFor();
        page.route("**" + WORKSPACE + "*", held::add);
        page.waitForCondition(
                () -> held.stream().anyMatch(route -> route.request().url().contains("/checkpoints")));
        CompletableFuture<Api.Answer> stop = stopByTheAdministrator();
        await("An administrator stopped", System.nanoTime());
        page.unroute("**" + CHECKPOINTS);
        page.unroute("**" + WORKSPACE + "*");
        held.forEach(Route::resume);
        assertThat(page.locator(".jp-Notebook")).hasCount(0);
        page.waitForURL("**/user/ada/lab");
        Browser.screenshot(page, "banner-opening-broken-off");

        ada.startServer("ada");
        page.locator("carrel-banner button.main").click();

        isOpen();
        assertThat(page.url()).isEqualTo(notebook());
        assertThat(stop).succeedsWithin(Carrel.seconds(20));
    }

    private CompletableFuture<Api.Answer> stopByTheAdministrator() {
        return CompletableFuture.supplyAsync(() -> admin.delete("/hub/api/users/ada/server"));
    }

    @Test
    void aLaptopThatIsOpenedAgainLeadsBackToARunningSession() {
        person.setOffline(true);
        person.clearCookies(new BrowserContext.ClearCookiesOptions().setName("carrel-session"));
        assertThat(ada.delete("/hub/api/users/ada/server").status()).isIn(202, 204);

        person.setOffline(false);

        startsAndComesBack();
    }

    @Test
    void theRouterIsAwayForAMomentAndTheBannerSaysSoUntilItIsBack() throws Exception {
        carrel.kill("router");
        long begin = System.nanoTime();

        // The launcher starts it again at once, so the banner may be spared; what counts is that the page goes on by
        // itself.
        org.awaitility.Awaitility.await()
                .atMost(Carrel.seconds(30))
                .until(() -> ada.get("/user/ada/api").status() == 200);
        assertThat(banner()).hasCount(0);
        Carrel.docker("rm", "-f", carrel.containers().getFirst());

        await("ended from outside", Math.max(begin, System.nanoTime()));
    }
}
