/* Copyright the Carrel authors. */
package dev.carrel.router.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.protocol.name.ServerName;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.SessionId;
import dev.carrel.protocol.name.UserName;
import dev.carrel.router.route.SessionRoute;
import dev.carrel.router.route.SessionState;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pages say what happened, offer the one button that helps, need nothing but themselves and let no value become markup. */
class NoticePageTest {
    private static final Notices NOTICES = new Notices(new SiteSettings(8000, "127.0.0.1", "", 0));

    private static SessionRoute session(SessionState state, @Nullable String reason) {
        return new SessionRoute(
                SessionId.random(),
                new SessionAddress(UserName.of("a+b@c.org"), new ServerName("lab")),
                "x--y.localhost",
                state,
                "secret",
                reason,
                Instant.EPOCH);
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
        String page = html(NOTICES.absent(session(state, null)));

        assertThat(all("class=\"(button)\"", page)).hasSize(1);
        assertThat(page)
                .doesNotContain("{{")
                .doesNotContain("}}")
                .doesNotContain("secret")
                .contains("a+b@c.org / lab");
        assertThat(all("href=\"([^\"]*)\"", page)).allMatch(href -> href.startsWith("http://localhost:8000/hub/"));
        assertThat(page.contains("http-equiv=\"refresh\""))
                .isEqualTo(state == SessionState.STARTING || state == SessionState.STOPPING);
    }

    @Test
    void aStoppedSessionCanBeStartedAgain() {
        assertThat(html(NOTICES.absent(session(SessionState.STOPPED, "idle for 2 h"))))
                .contains(
                        "<a class=\"button\" href=\"http://localhost:8000/hub/spawn/a%2Bb@c.org/lab\">Start again</a>")
                .contains("<pre>idle for 2 h</pre>");
    }

    @Test
    void aStartingSessionShowsItsProgress() {
        assertThat(html(NOTICES.absent(session(SessionState.STARTING, null))))
                .contains("href=\"http://localhost:8000/hub/spawn-pending/a%2Bb@c.org/lab\">Show progress</a>");
    }

    @Test
    void noValueBecomesMarkupOrTemplate() {
        String evil = "<script>alert(1)</script>\" onx='y' & {{title}} {{#reason}}$1\\{{/reason}}";

        String page = html(NOTICES.absent(session(SessionState.FAILED, evil)));

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

    @Test
    void programsGetTheSameInJson() {
        assertThat(new String(
                        NoticePage.json(NOTICES.absent(session(SessionState.FAILED, "\"x\""))), StandardCharsets.UTF_8))
                .isEqualTo(
                        "{\"status\":424,\"error\":\"session.failed\",\"message\":\"Your files are kept. What is known of the cause stands "
                                + "below.\",\"session\":{\"user\":\"a+b@c.org\",\"server\":\"lab\",\"state\":\"failed\",\"reason\":\"\\\"x\\\"\","
                                + "\"since\":\"1970-01-01T00:00:00Z\"}}");
    }
}
