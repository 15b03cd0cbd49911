/* Copyright the Carrel authors. */
package dev.carrel.check.redirect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.plugin.SignInAttempt;
import dev.carrel.plugin.SignInCheck;
import dev.carrel.plugin.SignInDecision;
import dev.carrel.plugin.testkit.FakeContext;
import java.net.URI;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedirectPluginTest {
    private static final String URL = "https://new.example.org/welcome?from=here";

    private static SignInCheck started(String url, RedirectSettings.Users users, boolean administratorsStay) {
        return (SignInCheck) new RedirectPlugin()
                .start(FakeContext.of(
                        "site-redirect", new RedirectSettings(url, users, "Over there.", administratorsStay)))
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
