/* Copyright the Carrel authors. */
package dev.carrel.plugin.usage;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.carrel.plugin.PluginRequest;
import dev.carrel.plugin.PluginResponse;
import dev.carrel.plugin.UiSection;
import dev.carrel.plugin.UsageAccounting.FunctionUse;
import dev.carrel.plugin.UsageAccounting.SessionUse;
import dev.carrel.plugin.UsageAccounting.TaskUse;
import dev.carrel.plugin.testkit.FakeDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is told of sessions, and what is shown of it. */
class UsageTest {
    private static final Instant NOW = Instant.parse("2026-03-08T12:00:00Z");
    private final FakeDatabase database = new FakeDatabase();
    private final Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
    private final Account account = account(ZoneOffset.UTC);
    private int sessions;

    private Account account(ZoneId zone) {
        return new Account(database, zone);
    }

    private SessionUse use(String user, String image, Instant ended, Duration used) {
        sessions++;
        return new SessionUse(
                "s" + sessions,
                user,
                "",
                image,
                ended.minus(used).minusSeconds(5),
                used.isZero() ? Optional.empty() : Optional.of(ended.minus(used)),
                ended,
                used.isZero());
    }

    private static Sum sessions(String of, long count, long failed, long seconds) {
        return new Sum(of, new Amount(count, failed, seconds * 1000), Amount.NONE, Amount.NONE);
    }

    private static FunctionUse calls(String span, String owner, long calls, long failed, long millis) {
        return new FunctionUse(
                span,
                owner,
                "calc",
                "python3",
                NOW.minus(Duration.ofMinutes(1)),
                NOW,
                calls,
                failed,
                Duration.ofMillis(millis));
    }

    private static TaskUse run(String task, int attempt, Duration took, boolean failed) {
        return new TaskUse(
                task,
                attempt,
                "ada",
                "lab",
                NOW.minus(Duration.ofHours(9)),
                took.isZero() ? Optional.empty() : Optional.of(NOW.minus(took)),
                NOW,
                failed);
    }

    private List<Sum> sums(Account of, String from, String to, By by) {
        Sums sums = new Sums(by);
        of.each(java.time.LocalDate.parse(from), java.time.LocalDate.parse(to), sums::add);
        return sums.sorted();
    }

    private PluginResponse ask(String path, Map<String, String> query) {
        Map<String, List<String>> all = new HashMap<>();
        query.forEach((name, value) -> all.put(name, List.of(value)));
        return new UsageReport(account, clock)
                .handle(new PluginRequest("GET", path, all, Map.of(), new byte[0], Optional.of("root"), true));
    }

    private static String text(PluginResponse response) {
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    @Test
    void sumsAreByPersonImageAndDayTheLargestFirst() {
        account.record(use("ada", "lab", NOW, Duration.ofHours(1)));
        account.record(use("ada", "gpu", NOW.minus(Duration.ofDays(1)), Duration.ofHours(2)));
        account.record(use("bob", "lab", NOW, Duration.ofMinutes(90)));
        account.record(use("bob", "lab", NOW, Duration.ZERO));

        assertThat(sums(account, "2026-03-02", "2026-03-08", By.USER))
                .containsExactly(sessions("ada", 2, 0, 10_800), sessions("bob", 2, 1, 5400));
        assertThat(sums(account, "2026-03-08", "2026-03-08", By.USER))
                .containsExactly(sessions("bob", 2, 1, 5400), sessions("ada", 1, 0, 3600));
        assertThat(sums(account, "2026-03-02", "2026-03-08", By.IMAGE))
                .containsExactly(sessions("lab", 3, 1, 9000), sessions("gpu", 1, 0, 7200));
        assertThat(sums(account, "2026-03-02", "2026-03-08", By.DAY))
                .containsExactly(sessions("2026-03-07", 1, 0, 7200), sessions("2026-03-08", 3, 1, 9000));
    }

    @Test
    void whatIsToldTwiceCountsOnce() {
        SessionUse use = use("ada", "lab", NOW, Duration.ofHours(1));

        account.record(use);
        account.record(use);

        assertThat(sums(account, "2026-03-08", "2026-03-08", By.USER)).containsExactly(sessions("ada", 1, 0, 3600));
    }

    @Test
    void callsOfFunctionsCountForWhoHasPublishedThem() {
        account.record(calls("e1 calc 12:00", "ada", 1000, 3, 1500));
        account.record(calls("e1 calc 12:01", "ada", 1, 0, 250));
        account.record(calls("e2 calc 12:00", "bob", 5, 5, 20));

        assertThat(sums(account, "2026-03-08", "2026-03-08", By.USER))
                .containsExactly(
                        new Sum("ada", Amount.NONE, new Amount(1001, 3, 1750), Amount.NONE),
                        new Sum("bob", Amount.NONE, new Amount(5, 5, 20), Amount.NONE));
    }

    @Test
    void everyRunOfATaskCountsAndOneThatNeverBeganTookNoTime() {
        account.record(run("t1", 1, Duration.ofSeconds(30), true));
        account.record(run("t1", 2, Duration.ofSeconds(40), false));
        account.record(run("t2", 1, Duration.ZERO, true));

        assertThat(sums(account, "2026-03-08", "2026-03-08", By.IMAGE))
                .containsExactly(new Sum("lab", Amount.NONE, Amount.NONE, new Amount(3, 2, 70_000)));
    }

    @Test
    void whatWasUsedOfEachKindStandsInOneLine() throws IOException {
        account.record(use("ada", "lab", NOW, Duration.ofHours(1)));
        account.record(calls("e1 calc 12:00", "ada", 1000, 3, 1500));
        account.record(run("t1", 1, Duration.ofSeconds(30), false));

        assertThat(text(ask("/usage.csv", Map.of("by", "user")))).endsWith("\r\nada,1,0,3600,1000,3,1.5,1,0,30\r\n");
        JsonNode ada = new ObjectMapper()
                .readTree(ask("/usage.json", Map.of()).body())
                .path("sums")
                .path(0);
        assertThat(ada.path("seconds").asLong()).isEqualTo(3600);
        assertThat(ada.path("functions").path("calls").asLong()).isEqualTo(1000);
        assertThat(ada.path("functions").path("seconds").asDouble()).isEqualTo(1.5);
        assertThat(ada.path("tasks").path("runs").asLong()).isEqualTo(1);
        assertThat(new UsageSection(account, clock).html(new UiSection.Viewer("root", true, "x")))
                .contains(
                        "<td>ada</td><td>1</td><td>0</td><td>1.00</td><td>1000</td><td>3</td><td>0.00</td><td>1</td>");
    }

    @Test
    void aDayBeginsInItsZone() {
        Account tokyo = account(ZoneId.of("Asia/Tokyo"));
        tokyo.record(use("ada", "lab", Instant.parse("2026-03-07T15:00:00Z"), Duration.ofHours(1)));

        assertThat(sums(tokyo, "2026-03-08", "2026-03-08", By.USER)).hasSize(1);
    }

    @Test
    void moreThanAPageOfRowsIsCountedToTheLast() {
        for (int i = 0; i < 2500; i++) {
            account.record(use("u" + i % 7, "lab", NOW, Duration.ofSeconds(1)));
        }

        assertThat(sums(account, "2026-03-08", "2026-03-08", By.IMAGE)).containsExactly(sessions("lab", 2500, 0, 2500));
    }

    @Test
    void theSectionShowsTodayAndTheWeekAndKeepsTextText() {
        account.record(use("<script>alert(1)</script>", "lab", NOW, Duration.ofMinutes(90)));
        account.record(use("old", "lab", NOW.minus(Duration.ofDays(7)), Duration.ofHours(1)));

        String html = new UsageSection(account, clock).html(new UiSection.Viewer("root", true, "x"));

        assertThat(html)
                .contains("<td>&lt;script&gt;alert(1)&lt;/script&gt;</td><td>1</td><td>0</td><td>1.50</td>")
                .doesNotContain("<script>", "old");
    }

    @Test
    void csvIsForSpreadsheetsAndNoFormula() {
        account.record(use("=cmd()", "lab", NOW, Duration.ofSeconds(2)));
        account.record(use("a,b\"c", "lab", NOW, Duration.ofSeconds(1)));

        PluginResponse response = ask("/usage.csv", Map.of("by", "user"));

        assertThat(text(response))
                .isEqualTo(
                        "user,sessions,failed,seconds,calls,failed calls,call seconds,tasks,failed tasks,task seconds\r\n"
                                + "'=cmd(),1,0,2,0,0,0,0,0,0\r\n\"a,b\"\"c\",1,0,1,0,0,0,0,0,0\r\n");
        assertThat(response.headers())
                .containsEntry("Content-Disposition", "attachment; filename=\"usage-user-2026-03-02-2026-03-08.csv\"");
    }

    @Test
    void jsonIsJson() throws IOException {
        account.record(use("q\"\\\u0001é", "lab", NOW, Duration.ofSeconds(2)));

        JsonNode json = new ObjectMapper().readTree(ask("/usage.json", Map.of()).body());

        assertThat(json.path("from").asText()).isEqualTo("2026-03-02");
        assertThat(json.path("sums").path(0).path("of").asText()).isEqualTo("q\"\\\u0001é");
        assertThat(json.path("sums").path(0).path("seconds").asLong()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /usage.xml  | by   | user       | 404 | path: \\"/usage.xml\\" (expected: /usage.csv or /usage.json)
            /usage.json | by   | planet     | 400 | by: \\"planet\\" (expected: user, image or day)
            /usage.json | from | yesterday  | 400 | from: \\"yesterday\\" (expected: a day such as 2026-03-01)
            /usage.json | from | 2027-01-01 | 400 | from, to: 2027-01-01, 2026-03-08 (expected: 1 to 366 days)
            /usage.json | from | 2020-01-01 | 400 | from, to: 2020-01-01, 2026-03-08 (expected: 1 to 366 days)
            """)
    void badInputIsNamed(String path, String name, String value, int status, String message) {
        PluginResponse response = ask(path, Map.of(name, value));

        assertThat(response.status()).isEqualTo(status);
        assertThat(text(response)).contains(message);
    }
}
