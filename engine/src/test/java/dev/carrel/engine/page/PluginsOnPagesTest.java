/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.engine.plugin.PackedPlugin;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What plugins add to pages, and what they are told. */
class PluginsOnPagesTest {
    @TempDir
    Path folder;

    private PageRig rig;

    @BeforeEach
    void start() throws Exception {
        rig = new PageRig(folder);
        PackedPlugin.into(folder.resolve("plugins"), "everywhere", EverywherePlugin.class);
        rig.startPlugins();
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void aSectionStandsAtItsPlaceAndOnlyThere() {
        TestBrowser ada = rig.signedIn("ada", true);

        Map<String, String> pages = Map.of(
                "/hub/home", "At HOME</h2><p>for [ada] true</p>",
                "/hub/spawn/ada", "At SESSION</h2><p>for [ada] true</p>",
                "/hub/account", "At ACCOUNT</h2><p>for [ada] true</p>",
                "/hub/admin", "At ADMIN</h2><p>for [ada] true</p>");
        pages.forEach((path, section) -> {
            String page = ada.get(path).body();
            assertThat(page).contains(section);
            assertThat(page.split("data-plugin=\"everywhere\"", -1)).hasSize(2);
        });
        assertThat(rig.browser().get("/hub/login").body()).contains("At SIGN_IN</h2><p>for [] false</p>");
        assertThat(ada.get("/hub/token").body()).doesNotContain("data-plugin");
    }

    @Test
    void whatBelongsToASessionStandsAtTheHeadOfItsPage() {
        String page = rig.signedIn("ada", false).get("/hub/spawn/ada").body();

        assertThat(page.indexOf("At SESSION")).isPositive().isLessThan(page.indexOf("class=\"card gate"));
    }

    @Test
    void everyPageHasTheScriptAndTheFeatures() {
        TestBrowser ada = rig.signedIn("ada", false);

        for (String path : new String[] {"/hub/home", "/hub/account", "/hub/token"}) {
            assertThat(ada.get(path).body())
                    .contains("<script src=\"/plugins/everywhere/every.js\" defer></script>")
                    .contains("data-features=\"auth.local database everywhere sessions tokens\"");
        }
    }

    @Test
    void theBrokenOnesAreLeftOut() {
        String home = rig.signedIn("ada", false).get("/hub/home").body();

        assertThat(home).contains("At HOME").doesNotContain("Broken").doesNotContain("../");
    }

    @Test
    void whatHappensIsToldInOrder() {
        TestBrowser ada = rig.signedIn("ada", false);
        rig.addUser("bob", false);

        assertThat(ada.get("/plugins/everywhere/?lines=3").body().lines())
                .containsExactly("user.added ada", "login ada", "user.added bob");
    }
}
