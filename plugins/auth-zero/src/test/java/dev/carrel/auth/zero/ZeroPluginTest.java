/* Copyright the Carrel authors. */
package dev.carrel.auth.zero;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.plugin.Authenticator;
import dev.carrel.plugin.Identity;
import dev.carrel.plugin.SignInOutcome;
import dev.carrel.plugin.SignInRequest;
import dev.carrel.plugin.Site;
import dev.carrel.plugin.testkit.FakeContext;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ZeroPluginTest {
    private static final URI BASE = URI.create("http://localhost:8000/hub/auth/auth-zero");

    private static Authenticator started(boolean local, boolean allowed) {
        return (Authenticator) new ZeroPlugin()
                .start(FakeContext.of("auth-zero", new ZeroSettings(allowed, "In"))
                        .at(new Site(URI.create("http://lab.example.org"), local)))
                .getFirst();
    }

    private static SignInOutcome asked(String method, String path, Map<String, List<String>> form) throws Exception {
        return started(true, false)
                .handle(new SignInRequest(
                        method, path, Map.of(), form, Map.of(), "127.0.0.1", Optional.empty(), BASE, "", "x\"5<rf"));
    }

    @Test
    void itDoesNotStartWherePeopleFromElsewhereComeBy() {
        assertThatThrownBy(() -> started(false, false))
                .hasMessageContaining("lets everybody in")
                .hasMessageContaining("http://lab.example.org")
                .hasMessageContaining("allow-anywhere = true");
    }

    @Test
    void itStartsThereWhenTheOperatorSaysSo() {
        assertThat(started(false, true).buttons()).containsExactly(new Authenticator.Button("In", "/"));
    }

    @Test
    void itShowsAFormThatCarriesTheTokenOfThePage() throws Exception {
        assertThat(asked("GET", "/", Map.of()))
                .isInstanceOfSatisfying(
                        SignInOutcome.Page.class,
                        page -> assertThat(page.html())
                                .contains("action=\"/hub/auth/auth-zero/\"")
                                .contains("name=\"_xsrf\" value=\"x&quot;5&lt;rf\""));
    }

    @ParameterizedTest
    @CsvSource({"ada,ada", "' Ada ',ada", "ＡＤＡ,ada", "ada@example.org,ada@example.org"})
    void whoeverTypesANameIsThatPerson(String typed, String name) throws Exception {
        assertThat(asked("POST", "/", Map.of("user_id", List.of(typed))))
                .isEqualTo(new SignInOutcome.Identified(Identity.named(name)));
    }

    @Test
    void noNameTwoNamesAndEndlessNamesAreAskedAgain() throws Exception {
        for (List<String> typed : List.of(List.of(""), List.of("a", "b"), List.of("x".repeat(101)))) {
            assertThat(asked("POST", "/", Map.of("user_id", typed))).isInstanceOf(SignInOutcome.Page.class);
        }
        assertThat(asked("POST", "/", Map.of())).isInstanceOf(SignInOutcome.Page.class);
    }

    @Test
    void otherAddressesAreNobodys() throws Exception {
        assertThat(asked("GET", "/x", Map.of())).isInstanceOf(SignInOutcome.Refused.class);
    }
}
