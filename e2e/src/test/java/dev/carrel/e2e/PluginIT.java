/* Copyright the Carrel authors. */
package dev.carrel.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Page;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sample plugin of docs/sample-plugin, built as its author would and dropped into a running Carrel. */
class PluginIT {
    private static final Path SAMPLE =
            Path.of("../docs/sample-plugin").toAbsolutePath().normalize();

    @TempDir
    private Path folder;

    /** Compiled against nothing but the plugin interface, from the distribution that runs. */
    private Path jar(Carrel carrel) throws IOException {
        Path classes = Files.createDirectories(folder.resolve("classes"));
        Path lib = Path.of(carrel.program()).getParent().resolveSibling("lib");
        try (Stream<Path> jars = Files.list(lib);
                Stream<Path> sources = Files.walk(SAMPLE.resolve("src/main/java"))) {
            String path = jars.map(Path::toString)
                    .filter(j -> j.matches(".*/(carrel-plugin-api|slf4j-api|jspecify)-[^/]*\\.jar"))
                    .reduce((a, b) -> a + ":" + b)
                    .orElseThrow();
            List<String> command =
                    new java.util.ArrayList<>(List.of(tool("javac"), "-d", classes.toString(), "-cp", path));
            sources.map(Path::toString).filter(s -> s.endsWith(".java")).forEach(command::add);
            run(command);
        }
        Path jar = folder.resolve("hello.jar");
        run(List.of(
                tool("jar"),
                "--create",
                "--file",
                jar.toString(),
                "-C",
                classes.toString(),
                ".",
                "-C",
                SAMPLE.resolve("src/main/resources").toString(),
                "."));
        return jar;
    }

    private static String tool(String name) {
        return Path.of(System.getProperty("java.home"), "bin", name).toString();
    }

    private static void run(List<String> command) {
        Carrel.Ran ran = Carrel.exec("", Map.of(), command);
        assertThat(ran.status()).as(ran.all()).isZero();
    }

    @Test
    void aDroppedJarShowsItsSectionServesItsPathRunsItsTaskAndIsGoneWithItsFile() throws Exception {
        try (Carrel carrel = Carrel.up();
                Browser browser = new Browser()) {
            Api admin = new Api(carrel, carrel.token("admin"));
            assertThat(admin.get("/plugins/hello/").status()).isEqualTo(404);
            Page page = signedIn(carrel, browser);
            Path dropped = carrel.data().resolve("plugins/hello.jar");
            Path hidden = carrel.data().resolve("plugins/.hello.jar");

            Files.copy(jar(carrel), hidden);
            Files.move(hidden, dropped, StandardCopyOption.ATOMIC_MOVE);
            await().atMost(Carrel.seconds(15))
                    .until(() -> admin.get("/plugins/hello/").status() == 200);

            assertThat(admin.get("/plugins/hello/").body()).isEqualTo("Hello, admin!");
            JsonNode plugins = admin.get("/hub/api/plugins").json();
            assertThat(plugins.path("features").toString()).contains("greeting", "sessions");
            assertThat(plugins.path("plugins").path(0).path("state").asText()).isEqualTo("running");
            page.navigate(carrel.url() + "/hub/account");
            assertThat(page.locator("section.plugin h2")).hasText("Hello");
            await().atMost(Carrel.seconds(30)).untilAsserted(() -> {
                page.reload();
                assertThat(Integer.parseInt(page.locator("section.plugin b").textContent()))
                        .isGreaterThanOrEqualTo(2);
            });
            Browser.screenshot(page, "15-plugin");
            page.getByText("Be greeted").click();
            assertThat(page.getByText("Hello, admin!")).isVisible();

            Files.writeString(
                    Files.createDirectories(carrel.data().resolve("etc/plugins"))
                            .resolve("hello.properties"),
                    "word = Good day\n");
            await().atMost(Carrel.seconds(15))
                    .until(() -> admin.get("/plugins/hello/").body().equals("Good day, admin!"));

            Files.delete(dropped);
            await().atMost(Carrel.seconds(15))
                    .until(() -> admin.get("/plugins/hello/").status() == 404);
            page.navigate(carrel.url() + "/hub/account");
            assertThat(page.locator("section.plugin")).hasCount(0);
            assertThat(admin.get("/hub/api/plugins").json().path("features").toString())
                    .doesNotContain("greeting");
        }
    }

    private static Page signedIn(Carrel carrel, Browser browser) {
        Page page = browser.person().newPage();
        page.navigate(carrel.url() + "/hub/login");
        page.locator("input[name=username]").fill("admin");
        page.locator("input[name=password]").fill("the admin's pass phrase");
        page.locator("form button[type=submit]").last().click();
        page.waitForURL("**/hub/home");
        return page;
    }
}
