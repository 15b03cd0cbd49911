/* Copyright the Carrel authors. */
package dev.carrel.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import no.nav.security.mock.oauth2.MockOAuth2Server;
import no.nav.security.mock.oauth2.OAuth2Config;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Ways to sign in besides the password, as people and operators meet them: a real identity server, real plugins, a real browser. */
class SignInIT {
    private final MockOAuth2Server identities = new MockOAuth2Server(new OAuth2Config(true));

    @BeforeEach
    void start() throws IOException {
        identities.start(InetAddress.getLoopbackAddress(), 0);
        // Its first answer takes it seconds on a busy machine, longer than a sign-in waits for an identity server.
        try (InputStream discovery = identities.wellKnownUrl("default").url().openStream()) {
            assertThat(discovery.readAllBytes()).isNotEmpty();
        }
    }

    @AfterEach
    void stop() {
        identities.shutdown();
    }

    private static void settings(Carrel carrel, String plugin, String text) throws IOException {
        Path etc = Files.createDirectories(carrel.data().resolve("etc/plugins"));
        Files.writeString(etc.resolve(plugin + ".properties"), text);
    }

    private void installOpenId(Carrel carrel) throws IOException {
        settings(carrel, "auth-oidc", """
                issuer = http://localhost:%d/default
                client-id = carrel
                client-secret = secret
                label = Sign in with Example
                """.formatted(
                        identities.getConfig().getHttpServer().port()));
        assertThat(carrel.succeed("plugin", "install", "auth-oidc")).contains("running");
    }

    /** From Carrel's sign-in page through the identity server's and back. */
    private static void throughTheProvider(Carrel carrel, Page page, String subject, String email) {
        page.navigate(carrel.url() + "/hub/login");
        link(page, "Sign in with Example").click();
        page.locator("input[name=username]").fill(subject);
        page.locator("textarea[name=claims]").fill("{\"email\": \"" + email + "\", \"email_verified\": true}");
        page.locator("input[type=submit]").click();
    }

    private static Locator link(Page page, String name) {
        return page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName(name));
    }

    private static Page byPassword(Carrel carrel, Browser browser) {
        Page page = browser.person().newPage();
        page.navigate(carrel.url() + "/hub/login");
        page.locator("input[name=username]").fill("admin");
        page.locator("input[name=password]").fill("the admin's pass phrase");
        page.locator("form button[type=submit]").last().click();
        page.waitForURL("**/hub/home");
        return page;
    }

    @Test
    void newPeopleFromAProviderWaitUntilAnAdministratorLetsThemIn() throws Exception {
        try (Carrel carrel = Carrel.up();
                Browser browser = new Browser()) {
            installOpenId(carrel);
            settings(carrel, "activation-gate", "mode = hold\nmessage = We are full today.\n");
            assertThat(carrel.succeed("plugin", "install", "activation-gate")).contains("running");
            Page zoe = browser.person().newPage();

            throughTheProvider(carrel, zoe, "subject-of-zoe", "zoe@example.org");
            assertThat(zoe.getByText("We are full today.")).isVisible();
            Browser.screenshot(zoe, "17-waiting");
            assertThat(carrel.succeed("user", "list")).doesNotContain("zoe");

            Page admin = byPassword(carrel, browser);
            admin.navigate(carrel.url() + "/hub/admin");
            Locator gate = admin.locator("section.plugin[data-plugin=activation-gate]");
            assertThat(gate).containsText("zoe@example.org");
            Browser.screenshot(admin, "18-gate");
            gate.locator("tr", new Locator.LocatorOptions().setHasText("zoe@example.org"))
                    .getByText("Let in")
                    .click();

            throughTheProvider(carrel, zoe, "subject-of-zoe", "zoe@example.org");
            zoe.waitForURL("**/hub/home");
            assertThat(zoe.locator(".who .name")).hasText("zoe@example.org");
            // The same name from elsewhere is another person.
            Page other = browser.person().newPage();
            throughTheProvider(carrel, other, "somebody-else", "zoe@example.org");
            assertThat(other.locator("main")).containsText("There is an account \"zoe@example.org\" here already");
        }
    }

    @Test
    void whereTheOperatorSwitchesPasswordsOffPeopleComeByProviderAndByLink() throws Exception {
        try (Carrel carrel = Carrel.up();
                Browser browser = new Browser()) {
            installOpenId(carrel);
            Page page = browser.person().newPage();
            page.navigate(carrel.url() + "/hub/login");
            assertThat(page.locator("input[name=password]")).isVisible();

            assertThat(carrel.succeed("plugin", "disable", "auth-local")).contains("disabled auth-local: disabled");
            page.reload();
            assertThat(link(page, "Sign in with Example")).isVisible();
            assertThat(page.locator("input[name=password]")).hasCount(0);
            Browser.screenshot(page, "19-no-passwords");
            assertThat(carrel.run("a long pass phrase\n", "user", "password", "admin", "--password-stdin")
                            .err())
                    .contains("auth-local does not run, the operator has switched it off");
            throughTheProvider(carrel, page, "subject-of-zoe", "zoe@example.org");
            page.waitForURL("**/hub/home");

            Page admin = browser.person().newPage();
            admin.navigate(carrel.succeed("user", "link", "admin").strip());
            Browser.screenshot(admin, "20-link");
            admin.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Sign in"))
                    .click();
            admin.waitForURL("**/hub/home");

            assertThat(carrel.succeed("plugin", "enable", "auth-local")).contains("enabled auth-local: running");
            byPassword(carrel, browser);
            assertThat(carrel.run("", "plugin", "remove", "auth-local").err())
                    .contains("auth-local is part of Carrel (to switch it off: carrel plugin disable auth-local)");
        }
    }
}
