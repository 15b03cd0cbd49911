/* Copyright the Carrel authors. */
package dev.carrel.router.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.protocol.name.ServerName;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.SessionId;
import dev.carrel.protocol.name.UserName;
import dev.carrel.router.route.EndReason;
import dev.carrel.router.route.SessionRoute;
import dev.carrel.router.route.SessionState;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Pages say what happened, offer the one button that helps, need nothing but themselves and let no value become markup. */
class NoticePageTest {
    private static final Notices NOTICES = new Notices(new SiteSettings(8000, "127.0.0.1", "", 0));

    private static SessionRoute session(SessionState state, @Nullable String reason) {
        return session(state, "", reason, List.of());
    }

    private static SessionRoute session(SessionState state, String code, @Nullable String reason, List<String> log) {
        return new SessionRoute(
                SessionId.random(),
                new SessionAddress(UserName.of("a+b@c.org"), new ServerName("lab")),
                "x--y.localhost",
                state,
                "secret",
                reason == null ? null : new EndReason(code, reason, log),
                Instant.EPOCH,
                null,
                Map.of());
    }

    private static String html(Notice notice) {
        return new String(NoticePage.html(notice), StandardCharsets.UTF_8);
    }

    private static List<String> all(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    @ParameterizedTest
    @EnumSource(SessionState.class)
    void everyStateHasOneButtonAndNoLooseEnds(SessionState state) {
        String page = html(NOTICES.absent(session(state, null), ""));

        assertThat(all("class=\"(button)\"", page)).hasSize(1);
        assertThat(page)
                .doesNotContain("{{")
                .doesNotContain("}}")
                .doesNotContain("secret")
                .contains("a+b@c.org / lab");
        assertThat(all("href=\"([^\"]*)\"", page)).allMatch(href -> href.startsWith("http://localhost:8000/hub/"));
        assertThat(page.contains("http-equiv=\"refresh\""))
                .isEqualTo(state != SessionState.STOPPED && state != SessionState.FAILED);
    }

    @Test
    void aStoppedSessionCanBeStartedAgain() {
        assertThat(html(NOTICES.absent(session(SessionState.STOPPED, "idle for 2 h"), "?next=%2Fuser%2Fa")))
                .contains(
                        "<a class=\"button\" href=\"http://localhost:8000/hub/spawn/a%2Bb@c.org/lab?next=%2Fuser%2Fa\">Start again</a>")
                .contains("<p class=\"why\">idle for 2 h</p>");
    }

    @Test
    void aStartingSessionShowsItsProgress() {
        assertThat(html(NOTICES.absent(session(SessionState.STARTING, null), "")))
                .contains("href=\"http://localhost:8000/hub/spawn-pending/a%2Bb@c.org/lab\">Show progress</a>");
    }

    @Test
    void noValueBecomesMarkupOrTemplate() {
        String evil = "<script>alert(1)</script>\" onx='y' & {{title}} {{#reason}}$1\\{{/reason}}";

        String page = html(NOTICES.absent(session(SessionState.FAILED, "crashed", evil, List.of(evil)), ""));

        assertThat(page)
                .contains(
                        "&lt;script&gt;alert(1)&lt;/script&gt;&quot; onx=&#39;y&#39; &amp; {{title}} {{#reason}}$1\\{{/reason}}")
                .doesNotContain("<script");
    }

    @Test
    void thePolicyAllowsItsOwnStyleAndNothingElse() throws Exception {
        String page = html(NOTICES.engineDown());
        Matcher style = Pattern.compile("<style>(.*?)</style>", Pattern.DOTALL).matcher(page);
        assertThat(style.find()).isTrue();
        String hash = Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("SHA-256")
                        .digest(style.group(1).getBytes(StandardCharsets.UTF_8)));

        assertThat(NoticePage.contentSecurityPolicy())
                .isEqualTo("default-src 'none'; style-src 'sha256-" + hash
                        + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
        assertThat(page)
                .doesNotContain("style=")
                .doesNotContain("<link")
                .doesNotContain("src=")
                .doesNotContain("url(");
    }

    @ParameterizedTest
    @CsvSource({
        "asked, You stopped this session",
        "admin, An administrator stopped this session",
        "shut-down, The session was shut down",
        "idle, The session ended because nobody used it",
        "out-of-time, The session had run for as long as it may",
        "of-a-later-version, The session is stopped",
        "'', The session is stopped",
    })
    void aStopIsTitledByItsReason(String code, String title) {
        assertThat(html(NOTICES.absent(session(SessionState.STOPPED, code, "Because.", List.of()), "")))
                .contains("<h1>" + title + "</h1>", "<p class=\"why\">Because.</p>", "Your saved files are safe.");
    }

    @ParameterizedTest
    @CsvSource({
        "out-of-memory, The session ran out of memory",
        "crashed, The session&#39;s server crashed",
        "lost, The session was ended from outside",
        "start-failed, The session could not be started",
        "start-timeout, The session did not come up in time",
        "'', The session has failed",
    })
    void aFailureIsTitledByItsReasonAndShowsTheLastLines(String code, String title) {
        assertThat(html(NOTICES.absent(session(SessionState.FAILED, code, "Because.", List.of("one", "two")), "")))
                .contains("<h1>" + title + "</h1>", "<p class=\"why\">Because.</p>", ">one\ntwo</pre>");
    }

    @Test
    void anUnreachableSessionIsAskedAgainEverMoreSeldom() {
        SessionRoute session = session(SessionState.READY, null);

        assertThat(List.of(0, 2, 10, 30, 3600))
                .extracting(seconds -> NOTICES.unreachable(session, Duration.ofSeconds(seconds))
                        .retryAfter())
                .containsExactly(2, 2, 5, 15, 30);
        assertThat(html(NOTICES.unreachable(session, Duration.ofSeconds(10))))
                .contains("<meta http-equiv=\"refresh\" content=\"5\">", "Trying again by itself");
    }

    @Test
    void programsGetTheSameInJson() {
        assertThat(new String(
                        NoticePage.json(NOTICES.absent(
                                session(SessionState.FAILED, "crashed", "\"x\"", List.of("last words")), "")),
                        StandardCharsets.UTF_8))
                .matches(
                        "\\{\"status\":424,\"error\":\"session.failed\",\"title\":\"The session's server crashed\",\"message\":\"[^\"]+\","
                                + "\"session\":\\{\"user\":\"a\\+b@c.org\",\"server\":\"lab\",\"id\":\"[a-z2-7]{26}\",\"state\":\"failed\","
                                + "\"reason\":\"\\\\\"x\\\\\"\",\"reasonCode\":\"crashed\",\"log\":\\[\"last words\"],\"since\":\"1970-01-01T00:00:00Z\"},"
                                + "\"links\":\\[\\{\"text\":\"Start again\",\"href\":\"http://localhost:8000/hub/spawn/a%2Bb@c.org/lab\"},.*]}");
    }
}
