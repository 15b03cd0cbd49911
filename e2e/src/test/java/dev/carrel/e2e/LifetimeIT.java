/* Copyright the Carrel authors. */
package dev.carrel.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A session that nobody uses ends, with a warning, saved, and with the way back; one in which a cell runs does not. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LifetimeIT {
    private static final Duration IDLE = Duration.ofSeconds(15);
    private static final String NOTEBOOK = """
            {"type":"notebook","format":"json","content":{"cells":[{"cell_type":"code","id":"a","metadata":{},
            "outputs":[],"execution_count":null,"source":"import time; time.sleep(20)"}],
            "metadata":{"kernelspec":{"name":"python3","display_name":"Python 3 (ipykernel)","language":"python"}},"nbformat":4,"nbformat_minor":5}}""";

    private Carrel carrel;
    private Browser browser;
    private Page page;
    private Evidence evidence;
    private Api ada;

    @RegisterExtension
    final AfterTestExecutionCallback telling = context -> context.getExecutionException()
            .ifPresent(failure -> evidence.tell(carrel, context.getDisplayName(), failure));

    @BeforeAll
    void start() {
        carrel = Carrel.prepared()
                .with("CARREL_SESSION_IDLE_LIMIT", IDLE.toSeconds() + "s")
                .with("CARREL_SESSION_END_WARNING", "6s")
                .with("CARREL_SESSION_RECONCILE_INTERVAL", "500ms")
                .with("CARREL_SESSION_STOP_GRACE", "6s");
        carrel.succeed("setup");
        carrel.addUser("ada", "ada's long pass phrase", false);
        carrel.start();
        ada = new Api(carrel, carrel.token("ada"));
        browser = new Browser();
        BrowserContext person = browser.person();
        page = person.newPage();
        evidence = new Evidence(page);
        Browser.signIn(page, carrel.url(), "ada", "ada's long pass phrase");
    }

    @AfterAll
    void stop() {
        browser.close();
        carrel.close();
    }

    private String notebook() {
        return carrel.origin("ada--main") + "/user/ada/lab/tree/Work.ipynb";
    }

    private Locator banner() {
        return page.locator("carrel-banner .banner");
    }

    private void waitsForWarning() {
        banner().filter(new Locator.FilterOptions().setHasText("This session will end at"))
                .waitFor(new Locator.WaitForOptions().setTimeout(30_000));
    }

    private String source() {
        return ada.get("/user/ada/api/contents/Work.ipynb")
                .json()
                .at("/content/cells/0/source")
                .asText();
    }

    private String kernel(String field) {
        return ada.get("/user/ada/api/kernels").json().path(0).path(field).asText();
    }

    @Test
    void whatRunsIsLeftAloneAndWhatNobodyUsesIsWarnedOfKeptSavedAndEnded() {
        ada.startServer("ada");
        assertThat(ada.send("PUT", "/user/ada/api/contents/Work.ipynb", NOTEBOOK)
                        .status())
                .isEqualTo(201);
        page.navigate(notebook());
        Locator cell = page.locator(".jp-Notebook .jp-Cell .cm-content").first();
        cell.click();
        org.awaitility.Awaitility.await()
                .atMost(Carrel.seconds(60))
                .until(() -> !kernel("connections").isEmpty()
                        && !kernel("connections").equals("0"));
        page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]")
                .first()
                .waitFor();

        // A cell that says nothing for longer than the limit.
        page.keyboard().press("Control+Enter");
        org.awaitility.Awaitility.await()
                .atMost(Carrel.seconds(20))
                .until(() -> kernel("execution_state").equals("busy"));
        assertThat(banner()).hasCount(0);
        org.awaitility.Awaitility.await().atMost(Carrel.seconds(40)).until(() -> {
            assertThat(banner().count()).as("banners while the cell runs").isZero();
            return !kernel("execution_state").equals("busy");
        });
        assertThat(ada.server("ada").path("ready").asBoolean()).isTrue();

        // The page stays open and asks for kernels, sessions and terminals all the time: nobody uses it.
        cell.click();
        page.keyboard().press("Control+End");
        page.keyboard().type("  # not saved by hand");
        assertThat(page.locator(".jp-mod-dirty")).not().hasCount(0);
        assertThat(source()).as("what is on the disk before").doesNotContain("not saved by hand");
        waitsForWarning();
        assertThat(banner()).containsText("Nobody has used it for a while");
        Browser.screenshot(page, "banner-idle");
        page.locator("carrel-banner button.main").click();
        assertThat(banner()).hasCount(0);
        long kept = System.nanoTime();

        waitsForWarning();
        assertThat(Duration.ofNanos(System.nanoTime() - kept)).as("kept for").isGreaterThan(Duration.ofSeconds(5));
        banner().filter(new Locator.FilterOptions().setHasText("Nobody used it for 15 seconds"))
                .waitFor(new Locator.WaitForOptions().setTimeout(20_000));
        Browser.screenshot(page, "banner-idle-ended");
        banner().filter(new Locator.FilterOptions().setHasText("ended because nobody used it"))
                .waitFor(new Locator.WaitForOptions().setTimeout(20_000));

        saysWhyAndLeadsBack();
        assertThat(source()).as("what was saved before the end").contains("# not saved by hand");
    }

    private void saysWhyAndLeadsBack() {
        Api.Answer answer = ada.get("/user/ada/api");
        assertThat(answer.status()).isEqualTo(424);
        assertThat(answer.json().at("/session/reasonCode").asText())
                .as(answer.body())
                .isEqualTo("idle");
        assertThat(ada.get("/hub/api/users/ada")
                        .json()
                        .at("/ended//reason_code")
                        .asText())
                .isEqualTo("idle");
        page.locator("carrel-banner a.main").click();
        page.waitForURL(Pattern.compile(".*/hub/spawn/ada.*"));
        assertThat(page.locator("main")).containsText("Nobody used it for 15 seconds.");
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(Pattern.compile("^Start( again)?$")))
                .first()
                .click();
        page.waitForURL(notebook());
    }

    @Test
    void aLimitThatLeavesNoTimeForTheWarningIsRefusedAtTheStart() {
        try (Carrel other =
                Carrel.prepared().with("CARREL_SESSION_IDLE_LIMIT", "2m").with("CARREL_SESSION_END_WARNING", "5m")) {
            Carrel.Ran ran = other.run("", "doctor");

            assertThat(ran.status()).as(ran.all()).isNotZero();
            assertThat(ran.all()).contains("idle-limit: 2 minutes", "more than end-warning, which is 5 minutes");
        }
    }
}
