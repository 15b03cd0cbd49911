/* Copyright the Carrel authors. */
package dev.carrel.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.Cookie;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What goes wrong is told to whom it concerns, and nothing is lost or left half-made. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputIT {
    private static final String PASSWORD = "a really long pass phrase";
    private DockerDoor docker;
    private Carrel carrel;
    private Browser browser;

    @BeforeAll
    void start() throws Exception {
        docker = new DockerDoor();
        carrel = Carrel.prepared();
        carrel.succeed("setup");
        Files.writeString(carrel.data().resolve("etc/manager-policy.yaml"), """
                docker:
                  host: %s
                images:
                  allow:
                    - name: default
                      reference: carrel/session:latest
                    - name: dies
                      reference: carrel/session:latest
                      command: [python3, -c, 'import sys,time; print("looking for the licence"); sys.exit("no licence at %%d" %% (time.time()*1000))']
                    - name: missing
                      reference: carrel/not-there:1
                """.formatted(docker.address()));
        Files.writeString(carrel.data().resolve("etc/carrel.yaml"), "session:\n  images: [default, dies, missing]\n");
        for (String name :
                List.of("ada", "eve", "bob", "mia", "ned", "olga", "mallory", "Ada+Lab@example.org", "jürgen")) {
            carrel.addUser(name, PASSWORD, false);
        }
        carrel.start();
        browser = new Browser();
    }

    @AfterAll
    void stop() throws Exception {
        browser.close();
        docker.open();
        carrel.close();
        docker.close();
    }

    private Api api(String user) {
        return new Api(carrel, carrel.token(user));
    }

    private Page signedIn(String user) {
        return browser.signedIn(carrel, user, PASSWORD);
    }

    @Test
    void anImageWhoseCommandExitsAtOnceSaysSoWithItsLastLinesWithinASecond() {
        Api bob = api("bob");
        List<String> before = carrel.containers();

        bob.post("/hub/api/users/bob/server", "{\"image\":\"dies\"}");
        await().atMost(Carrel.seconds(60))
                .until(() -> bob.get("/hub/api/users/bob").json().path("ended").has(""));

        JsonNode ended = bob.get("/hub/api/users/bob").json().path("ended").path("");
        assertThat(ended.path("state_name").asText()).isEqualTo("failed");
        assertThat(ended.path("reason").asText()).isEqualTo("The server ended with exit code 1 before it answered.");
        String log = ended.path("log").toString();
        assertThat(log).contains("looking for the licence");
        Matcher died = Pattern.compile("no licence at (\\d{13})").matcher(log);
        assertThat(died.find()).as(log).isTrue();
        // Promised is a second; this machine may be busy with other tests.
        assertThat(java.time.Instant.parse(ended.path("ended").asText()))
                .isBefore(java.time.Instant.ofEpochMilli(Long.parseLong(died.group(1)))
                        .plusSeconds(3));
        JsonNode told = lastEvent(bob.get("/hub/api/users/bob/server/progress").body());
        assertThat(told.path("failed").asBoolean()).isTrue();
        assertThat(told.path("message").asText()).contains("exit code 1");
        assertThat(before).as("nothing is left").containsAll(carrel.containers());

        Page page = signedIn("bob");
        assertThat(page.getByText("exit code 1").first()).isVisible();
        assertThat(page.getByText("looking for the licence").first()).isVisible();
        Browser.screenshot(page, "12-failed");
        page.context().close();
    }

    private static JsonNode lastEvent(String events) {
        List<String> data =
                events.lines().filter(line -> line.startsWith("data:")).toList();
        assertThat(data).as(events).isNotEmpty();
        try {
            return Carrel.JSON.readTree(data.getLast().substring(5));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void aMissingImageIsNamedWithWhatToDo() {
        Api mia = api("mia");

        Api.Answer answer = mia.post("/hub/api/users/mia/server", "{\"image\":\"missing\"}");

        assertThat(answer.status()).as(answer.body()).isEqualTo(500);
        assertThat(answer.json().path("message").asText()).contains("carrel/not-there:1");
        Api.Answer unknown = mia.post("/hub/api/users/mia/server", "{\"image\":\"nobody-allowed-this\"}");
        assertThat(unknown.status()).isEqualTo(400);
        assertThat(unknown.body()).contains("nobody-allowed-this", "expected: one of default, dies, missing");
    }

    @Test
    void withoutDockerRunningSessionsGoOnAndStartsSayWhy() throws Exception {
        Api ned = api("ned");
        ned.startServer("ned");
        Api olga = api("olga");
        docker.shut();
        try {
            await().atMost(Carrel.seconds(20)).untilAsserted(() -> {
                JsonNode manager = carrel.status().path("processes").path("manager");
                assertThat(manager.toString()).contains("docker");
            });
            assertThat(carrel.run("", "status", "--json").status()).isEqualTo(1);
            assertThat(ned.get("/user/ned/api").status())
                    .as("the session goes on")
                    .isEqualTo(200);
            Api.Answer refused = olga.post("/hub/api/users/olga/servers/away", "");
            assertThat(refused.status()).isEqualTo(500);
            assertThat(refused.body()).contains("Docker");
        } finally {
            docker.open();
        }
        await().atMost(Carrel.seconds(30))
                .until(() -> carrel.status().path("ready").asBoolean());
        olga.post("/hub/api/users/olga/servers/away", "");
        await().atMost(Carrel.seconds(60))
                .until(() -> olga.get("/hub/api/users/olga")
                        .json()
                        .path("servers")
                        .path("away")
                        .path("ready")
                        .asBoolean());
        assertThat(olga.send("DELETE", "/hub/api/users/olga/servers/away", "{\"remove\":true}")
                        .status())
                .isIn(202, 204);
        await().atMost(Carrel.seconds(30))
                .untilAsserted(
                        () -> assertThat(olga.get("/hub/api/users/olga").body()).doesNotContain("\"away\""));
        ned.delete("/hub/api/users/ned/server");
    }

    @Test
    void aWrongPasswordAndAnUnknownNameReadTheSameAndTriesAreLimited() {
        BrowserContext stranger = browser.person();
        Page page = stranger.newPage();
        String wrong = refusal(page, "mallory");
        String unknown = refusal(page, "nobody-of-that-name");
        assertThat(wrong).isEqualTo(unknown).isNotBlank();

        List<String> tries = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            tries.add(refusal(page, "mallory"));
        }
        assertThat(tries).anyMatch(text -> text.matches("Too many attempts.* again in .*"));
        Browser.screenshot(page, "13-too-many-tries");
        stranger.close();
    }

    private String refusal(Page page, String name) {
        page.navigate(carrel.url() + "/hub/login");
        page.locator("input[name=username]").fill(name);
        page.locator("input[name=password]").fill("certainly not the pass phrase");
        page.locator("form button[type=submit]").last().click();
        return page.locator("[role=alert]").first().textContent().strip();
    }

    @Test
    void aForgedOrForeignSessionCookieOpensNothing() {
        Api ada = api("ada");
        Api eve = api("eve");
        ada.startServer("ada");
        eve.startServer("eve");
        Page page = signedIn("eve");
        page.navigate(carrel.url() + "/hub/enter/eve");
        page.waitForURL(Pattern.compile("http://eve--main\\.localhost:.*"));
        Cookie own = page.context().cookies(carrel.origin("eve--main")).stream()
                .filter(cookie -> cookie.name.startsWith("carrel-session") || cookie.name.contains("session"))
                .findFirst()
                .orElseThrow();
        char flipped = own.value.charAt(own.value.length() - 2) == 'A' ? 'B' : 'A';
        String forged =
                own.value.substring(0, own.value.length() - 2) + flipped + own.value.charAt(own.value.length() - 1);

        // Her cookie at ada's origin, and a changed one at her own: neither is let in.
        assertThat(withCookie(own.name, own.value, "ada--main")).contains("/hub/login");
        assertThat(withCookie(own.name, forged, "eve--main")).contains("/hub/login");
        assertThat(withCookie(own.name, "x".repeat(3000), "eve--main")).contains("/hub/login");
        assertThat(withCookie(own.name, own.value, "eve--main")).endsWith("/user/eve/api/contents 200");
        page.context().close();
    }

    /** Where a browser with this cookie ends, and with which status. */
    private String withCookie(String name, String value, String label) {
        BrowserContext context = browser.person();
        context.addCookies(List.of(new Cookie(name, value).setUrl(carrel.origin(label))));
        Page page = context.newPage();
        String user = label.substring(0, label.indexOf("--"));
        Response answer = page.navigate(carrel.origin(label) + "/user/" + user + "/api/contents");
        String end = page.url() + " " + answer.status();
        context.close();
        return end;
    }

    @Test
    void bodiesThatAreTooLargeOrNoJsonAreRefusedAndChangeNothing() {
        Api admin = api("mallory");

        Api.Answer large = admin.post("/hub/api/users/mallory/server", "{\"image\":\"" + "x".repeat(3_000_000) + "\"}");
        assertThat(large.status()).as(large.body()).isEqualTo(413);
        assertThat(large.body()).contains("larger than");
        Api.Answer malformed = admin.post("/hub/api/users/mallory/server", "{\"image\": ");
        assertThat(malformed.status()).isEqualTo(400);
        assertThat(malformed.json().path("message").asText()).contains("JSON");
        Api.Answer wrongType = admin.post("/hub/api/users/mallory/server", "{\"image\": 7}");
        assertThat(wrongType.status()).isEqualTo(400);
        assertThat(wrongType.body()).contains("image");
        for (String name : List.of("a".repeat(300), "%2e%2e", "a%2Fb", "a%20b", "%00")) {
            Api.Answer answer = admin.post("/hub/api/users/" + name + "/server", "");
            assertThat(answer.status()).as(name + answer.body()).isIn(400, 403, 404);
            assertThat(answer.json().path("message").asText()).isNotBlank();
        }
        assertThat(admin.get("/hub/api/users/mallory").json().path("servers")).isEmpty();
    }

    @Test
    void unusualNamesWorkAllTheWay() {
        for (String name : List.of("ada+lab@example.org", "jürgen")) {
            Page page = signedIn(name);
            page.getByRole(
                            AriaRole.BUTTON,
                            new Page.GetByRoleOptions().setName("Start").setExact(false))
                    .first()
                    .click();
            page.waitForURL(Pattern.compile("http://x--[a-z2-7]{26}\\.localhost:.*/lab.*"));
            page.locator(".jp-Launcher").first().waitFor();
            Browser.screenshot(page, "14-lab-of-" + name.charAt(0));
            page.context().close();
            String encoded = java.net.URLEncoder.encode(name, java.nio.charset.StandardCharsets.UTF_8);
            Api own = api(name);
            assertThat(own.get("/user/" + encoded + "/api/contents").status()).isEqualTo(200);
            assertThat(own.delete("/hub/api/users/" + encoded + "/server").status())
                    .isIn(202, 204);
        }
    }
}
