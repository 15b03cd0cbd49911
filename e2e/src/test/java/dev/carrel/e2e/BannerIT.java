/* Copyright the Carrel authors. */
package dev.carrel.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.WaitForSelectorState;
import java.time.Duration;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
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
            "outputs":[],"execution_count":null,"source":"6*7"}],"metadata":{},"nbformat":4,"nbformat_minor":5}}""";
    /** A child of the server that makes the server the one whom the kernel ends when memory runs out, and then takes all there is. */
    private Carrel carrel;

    private Browser browser;
    private BrowserContext person;
    private Page page;
    private Evidence evidence;
    private Api ada;

    @RegisterExtension
    final AfterTestExecutionCallback telling = context -> {
        if (context.getExecutionException().isPresent()) {
            evidence.print(carrel, context.getDisplayName());
        }
    };

    @BeforeAll
    void start() {
        carrel = Carrel.prepared().with("CARREL_SESSION_MEMORY", "400MiB");
        carrel.succeed("setup");
        carrel.addUser("admin", "the admin's pass phrase", true);
        carrel.addUser("ada", "ada's long pass phrase", false);
        carrel.start();
        ada = new Api(carrel, carrel.token("ada"));
        browser = new Browser();
        person = browser.person();
        page = person.newPage();
        evidence = new Evidence(page);
        page.navigate(carrel.url() + "/hub/login");
        page.locator("input[name=username]").fill("ada");
        page.locator("input[name=password]").fill("ada's long pass phrase");
        page.locator("form button[type=submit]").first().click();
        page.waitForURL("**/hub/home");
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
        page.locator(".jp-Notebook .jp-Cell").first().waitFor();
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
        page.waitForURL(notebook());
        page.locator(".jp-Notebook .jp-Cell").first().waitFor();
        assertThat(ada.server("ada").path("ready").asBoolean()).isTrue();
        assertThat(banner()).hasCount(0);
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
        Awaitility.await()
                .atMost(Carrel.seconds(30))
                .until(() -> ada.get("/user/ada/api").status() == 200);
        assertThat(banner()).hasCount(0);
        Carrel.docker("rm", "-f", carrel.containers().getFirst());

        await("ended from outside", Math.max(begin, System.nanoTime()));
    }
}
