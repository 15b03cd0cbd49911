/* Copyright the Carrel authors. */
package dev.carrel.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Page;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sample plugin of docs/sample-plugin, built as its author would and dropped into a running Carrel. */
class PluginIT {
    private static final Path SAMPLE =
            Path.of("../docs/sample-plugin").toAbsolutePath().normalize();

    @TempDir
    private Path folder;

    /** As docs/plugins.md says: the interface goes into a local Maven repository, and the plugin is built against it alone. */
    private Path jar() throws IOException {
        Path top = SAMPLE.getParent().getParent();
        // A repository of this test's own, before the usual one: nothing is left in the developer's.
        List<String> maven = List.of(
                top.resolve("mvnw").toString(),
                "-B",
                "-q",
                "-Dstyle.color=never",
                "-Dmaven.repo.local=" + folder.resolve("repository"),
                "-Dmaven.repo.local.tail=" + Path.of(System.getProperty("user.home"), ".m2/repository"));
        run(maven, "-f", top.toString(), "-Pquick", "-Dmaven.test.skip=true", "-pl", "plugins/api", "-am", "install");
        Path copy = folder.resolve("sample");
        try (Stream<Path> files = Files.walk(SAMPLE)) {
            for (Path file :
                    files.filter(f -> !f.startsWith(SAMPLE.resolve("target"))).toList()) {
                Files.copy(file, copy.resolve(SAMPLE.relativize(file).toString()));
            }
        }
        run(maven, "-f", copy.toString(), "package");
        return copy.resolve("target/hello-plugin-1.0.jar");
    }

    private static void run(List<String> command, String... arguments) {
        List<String> all = new ArrayList<>(command);
        all.addAll(List.of(arguments));
        Carrel.Ran ran = Carrel.exec("", Map.of(), all);
        assertThat(ran.status()).as(ran.all()).isZero();
    }

    @Test
    void aDroppedJarShowsItsSectionServesItsPathRunsItsTaskAndIsGoneWithItsFile() throws Exception {
        Path jar = jar();
        try (Carrel carrel = Carrel.up();
                Browser browser = new Browser()) {
            Api admin = new Api(carrel, carrel.token("admin"));
            assertThat(admin.get("/plugins/hello/").status()).isEqualTo(404);
            Page page = browser.signedIn(carrel, "admin", "the admin's pass phrase");
            assertThat(page.evaluate("carrel.hasFeature('greeting')")).isEqualTo(false);
            assertThat(page.evaluate("carrel.hasFeature('sessions')")).isEqualTo(true);
            Path dropped = carrel.data().resolve("plugins/hello.jar");
            Path hidden = carrel.data().resolve("plugins/.hello.jar");

            Files.copy(jar, hidden);
            Files.move(hidden, dropped, StandardCopyOption.ATOMIC_MOVE);
            await().atMost(Carrel.seconds(15))
                    .until(() -> admin.get("/plugins/hello/").status() == 200);

            assertThat(admin.get("/plugins/hello/").body()).isEqualTo("Hello, admin!");
            JsonNode plugins = admin.get("/hub/api/plugins").json();
            assertThat(plugins.path("features").toString()).contains("greeting", "sessions");
            assertThat(hello(plugins.path("plugins")).path("state").asText()).isEqualTo("running");
            page.navigate(carrel.url() + "/hub/account");
            assertThat(page.locator("section.plugin h2")).hasText("Hello");
            assertThat(page.evaluate("carrel.hasFeature('greeting')")).isEqualTo(true);
            assertThat(page.locator("body")).hasAttribute("data-hello", "greeted");
            await().atMost(Carrel.seconds(30)).untilAsserted(() -> {
                page.reload();
                assertThat(Integer.parseInt(page.locator("section.plugin b").textContent()))
                        .isGreaterThanOrEqualTo(2);
            });
            Browser.screenshot(page, "15-plugin");
            page.getByText("Be greeted").click();
            assertThat(page.getByText("Hello, admin!")).isVisible();

            Path settings = Files.createDirectories(carrel.data().resolve("etc/plugins"));
            Files.writeString(settings.resolve("hello.properties"), "word = Good day\n");
            await().atMost(Carrel.seconds(15))
                    .until(() -> admin.get("/plugins/hello/").body().equals("Good day, admin!"));

            Files.delete(dropped);
            await().atMost(Carrel.seconds(15))
                    .until(() -> admin.get("/plugins/hello/").status() == 404);
            page.navigate(carrel.url() + "/hub/account");
            assertThat(page.locator("section.plugin")).hasCount(0);
            assertThat(admin.get("/hub/api/plugins").json().path("features").toString())
                    .doesNotContain("greeting");
            theCommandLineDoesTheSame(carrel, admin, jar);
        }
    }

    private static JsonNode hello(JsonNode plugins) {
        for (JsonNode plugin : plugins) {
            if (plugin.path("id").asText().equals("hello")) {
                return plugin;
            }
        }
        throw new AssertionError("no hello among " + plugins);
    }

    private static void theCommandLineDoesTheSame(Carrel carrel, Api admin, Path jar) throws IOException {
        assertThat(carrel.succeed("plugin", "list")).contains("auth-local").doesNotContain("hello");
        assertThat(carrel.succeed("plugin", "verify", jar.toString()))
                .contains("hello 1.0, level 1", "answers as ClusterTask", "can be unloaded")
                .contains("keeps what UiSection promises", "keeps what RequestHandler promises")
                .doesNotContain("FAILED");

        assertThat(carrel.succeed("plugin", "install", jar.toString()))
                .contains("installed hello as hello.jar: running");
        assertThat(admin.get("/plugins/hello/").body()).isEqualTo("Good day, admin!");
        JsonNode listed = Carrel.JSON.readTree(carrel.succeed("plugin", "list", "--json"));
        assertThat(hello(listed).path("state").asText()).isEqualTo("running");

        assertThat(carrel.succeed("plugin", "disable", "hello")).contains("disabled hello: disabled");
        assertThat(admin.get("/plugins/hello/").status()).isEqualTo(404);
        assertThat(carrel.succeed("plugin", "enable", "hello")).contains("enabled hello: running");
        assertThat(admin.get("/plugins/hello/").status()).isEqualTo(200);

        Path broken = Files.write(jar.resolveSibling("broken.jar"), Arrays.copyOf(Files.readAllBytes(jar), 700));
        Carrel.Ran refused = carrel.run("", "plugin", "install", broken.toString());
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.all()).contains("broken.jar cannot be read as a jar");
        assertThat(admin.get("/plugins/hello/").status()).isEqualTo(200);

        Path dropped = carrel.data().resolve("plugins/broken.jar");
        Files.copy(broken, dropped);
        await().atMost(Carrel.seconds(30))
                .until(() ->
                        carrel.run("", "doctor").out().contains("broken.jar: refused, because it is no complete jar"));
        Files.delete(dropped);

        Carrel.Ran unknown = carrel.run("", "plugin", "disable", "helo");
        assertThat(unknown.status()).isEqualTo(1);
        assertThat(unknown.all()).contains("no plugin helo in", "there are: hello");
        assertThat(carrel.succeed("plugin", "remove", "hello")).contains("removed hello (hello.jar)");
        await().atMost(Carrel.seconds(15))
                .until(() -> admin.get("/plugins/hello/").status() == 404);
    }

    @Test
    void useIsAccountedForWithoutAGapAndShown() throws Exception {
        try (Carrel carrel = Carrel.up();
                Browser browser = new Browser()) {
            Carrel.Ran alone =
                    carrel.run("", "plugin", "install", needsMail(carrel).toString());
            assertThat(alone.status()).isEqualTo(1);
            assertThat(alone.all()).contains("post requires mail (first: carrel plugin install mail-smtp)");
            // A session that ends before anybody keeps account is told later.
            carrel.addUser("ada", "ada's long pass phrase", false);
            Api ada = new Api(carrel, carrel.token("ada"));
            oneSession(ada);
            assertThat(carrel.succeed("plugin", "install", "usage-accounting"))
                    .contains("installed usage-accounting as usage-accounting.jar: running");
            assertThat(carrel.succeed("plugin", "list", "--shipped")).contains("installed");
            Api admin = new Api(carrel, carrel.token("admin"));
            awaitSessions(admin, 1);

            oneSession(ada);
            carrel.kill("engine");
            awaitSessions(admin, 2);

            assertThat(ada.get("/plugins/usage-accounting/usage.csv").status()).isEqualTo(403);
            assertThat(admin.get("/plugins/usage-accounting/usage.csv?by=user").body())
                    .startsWith("user,sessions,failed,seconds,calls,")
                    .contains("\r\nada,2,0,");
            Page page = browser.signedIn(carrel, "admin", "the admin's pass phrase");
            page.navigate(carrel.url() + "/hub/admin");
            assertThat(page.locator("section.plugin h2")).hasText("Use");
            assertThat(page.locator("section.plugin td").first()).hasText("ada");
            Browser.screenshot(page, "16-usage");
        }
    }

    /** A jar that says of itself no more than what it needs. */
    private static Path needsMail(Carrel carrel) throws IOException {
        Path jar = carrel.data().resolveSibling("post.jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new ZipEntry("META-INF/carrel/plugin.properties"));
            out.write("id = post\nname = Post\nversion = 1\napi = 1\ntext = Posts.\nrequires = mail\n"
                    .getBytes(StandardCharsets.UTF_8));
        }
        return jar;
    }

    private static void oneSession(Api ada) {
        ada.startServer("ada");
        assertThat(ada.delete("/hub/api/users/ada/server").status()).isIn(202, 204);
        await().atMost(Carrel.seconds(60))
                .until(() ->
                        ada.get("/hub/api/users/ada").json().path("servers").isEmpty());
    }

    private static void awaitSessions(Api admin, int count) {
        await().atMost(Carrel.seconds(60))
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(admin.get("/plugins/usage-accounting/usage.json?by=user")
                                .json()
                                .path("sums")
                                .path(0)
                                .path("sessions")
                                .asInt())
                        .isEqualTo(count));
    }
}
