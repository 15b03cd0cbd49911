/* Copyright the Carrel authors. */
package dev.carrel.check.redirect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.plugin.Database;
import dev.carrel.plugin.PluginContext;
import dev.carrel.plugin.SignInAttempt;
import dev.carrel.plugin.SignInCheck;
import dev.carrel.plugin.SignInDecision;
import dev.carrel.plugin.Site;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class RedirectPluginTest {
    private static final String URL = "https://new.example.org/welcome?from=here";

    /** What a host would lend. */
    private record Lent(RedirectSettings read) implements PluginContext {
        @Override
        public String id() {
            return "site-redirect";
        }

        @Override
        public <R extends Record> R settings(Class<R> type) {
            return type.cast(read);
        }

        @Override
        public Logger log() {
            return LoggerFactory.getLogger("plugin.site-redirect");
        }

        @Override
        public Clock clock() {
            return Clock.systemUTC();
        }

        @Override
        public Path folder() {
            throw new AssertionError("it keeps nothing");
        }

        @Override
        public Site site() {
            return new Site(URI.create("https://lab.example.org"), false);
        }

        @Override
        public Database database() {

            throw new UnsupportedOperationException("no tables here");
        }

        @Override
        public boolean hasFeature(String feature) {
            return false;
        }
    }

    private static SignInCheck started(String url, RedirectSettings.Users users, boolean administratorsStay) {
        return (SignInCheck) new RedirectPlugin()
                .start(new Lent(new RedirectSettings(url, users, "Over there.", administratorsStay)))
                .getFirst();
    }

    @ParameterizedTest
    @CsvSource({
        // users, administrators stay, newcomer, administrator, led away
        "NEW, true,  true,  false, true",
        "NEW, true,  false, false, false",
        "NEW, true,  true,  true,  false",
        "NEW, false, true,  true,  true",
        "ALL, true,  false, false, true",
        "ALL, true,  true,  false, true",
        "ALL, true,  false, true,  false",
        "ALL, false, false, true,  true"
    })
    void whoIsMeantIsLedAway(
            RedirectSettings.Users users, boolean stay, boolean newcomer, boolean administrator, boolean away)
            throws Exception {
        SignInDecision decision = started(URL, users, stay)
                .check(new SignInAttempt(
                        "password",
                        "ada",
                        "ada",
                        Optional.empty(),
                        false,
                        "",
                        Set.of(),
                        true,
                        newcomer,
                        administrator,
                        ""));

        assertThat(decision)
                .isEqualTo(away ? new SignInDecision.RedirectTo(URI.create(URL), "Over there.") : SignInDecision.ALLOW);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "new.example.org", "/there", "javascript:alert(1)", "https:///x", "ftp://x.org", "http://a b"
            })
    void anAddressThatIsNoneIsRefusedAtStart(String url) {
        assertThatThrownBy(() -> started(url, RedirectSettings.Users.NEW, true))
                .hasMessageContaining("url: \"" + url + "\"");
    }

    @Test
    void itDoesNotLeadToWhereItComesFrom() {
        assertThatThrownBy(() -> started("https://lab.example.org/x", RedirectSettings.Users.ALL, true))
                .hasMessageContaining("this site");
    }
}
