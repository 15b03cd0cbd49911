/* Copyright the Carrel authors. */
package dev.carrel.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ScreenshotAnimations;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The system's Chromium, headless. Screenshots land in target/screenshots. */
final class Browser implements AutoCloseable {
    private static final Path CHROMIUM = Path.of(System.getProperty("carrel.chromium", "/usr/bin/chromium"));
    private final Playwright playwright;
    private final com.microsoft.playwright.Browser browser;

    Browser() {
        assertThat(Files.isExecutable(CHROMIUM))
                .as("%s (apt-get install chromium, or carrel test installs it)", CHROMIUM)
                .isTrue();
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(CHROMIUM)
                        .setHeadless(true)
                        .setArgs(List.of(
                                "--no-sandbox",
                                "--disable-gpu",
                                "--disable-quic",
                                "--no-first-run",
                                "--disable-background-networking",
                                "--disable-component-update",
                                "--disable-sync")));
    }

    /** A person of their own: nothing is shared with other contexts. */
    BrowserContext person() {
        return person(new com.microsoft.playwright.Browser.NewContextOptions());
    }

    /** For a site whose certificate no authority has signed. */
    BrowserContext personWhoTrustsAnyCertificate() {
        return person(new com.microsoft.playwright.Browser.NewContextOptions().setIgnoreHTTPSErrors(true));
    }

    private BrowserContext person(com.microsoft.playwright.Browser.NewContextOptions options) {
        BrowserContext context = browser.newContext(options.setViewportSize(1280, 900));
        context.setDefaultTimeout(60_000);
        com.microsoft.playwright.assertions.PlaywrightAssertions.setDefaultAssertionTimeout(60_000);
        return context;
    }

    static void screenshot(Page page, String name) {
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(Path.of("target/screenshots", name + ".png"))
                .setAnimations(ScreenshotAnimations.DISABLED));
    }

    @Override
    public void close() {
        browser.close();
        playwright.close();
    }

    /** A page of a browser of its own in which this person has signed in with the password form. */
    Page signedIn(Carrel carrel, String user, String password) {
        Page page = person().newPage();
        signIn(page, carrel.url(), user, password);
        return page;
    }

    /** Signs in with the password form of the site at this URL; the page is that of the person's servers then. */
    static void signIn(Page page, String site, String user, String password) {
        page.navigate(site + "/hub/login");
        page.locator("input[name=username]").fill(user);
        page.locator("input[name=password]").fill(password);
        page.locator("form button[type=submit]").last().click();
        page.waitForURL("**/hub/home");
    }
}
