/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.plugin.Authenticator;
import dev.carrel.plugin.SignInOutcome;
import dev.carrel.plugin.SignInRequest;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An {@link Authenticator}: its buttons lead somewhere, and nobody is somebody by what only they themselves say in a header or a link. */
@Timeout(120)
public abstract class AuthenticatorConformance {
    private static final URI BASE = URI.create("https://lab.example.org/hub/auth/way");
    private static final String XSRF = "token-of-this-page";

    private Authenticator way = _ -> new SignInOutcome.Refused("not begun");

    /** For subclasses. */
    protected AuthenticatorConformance() {}

    /** The subject. */
    protected abstract Authenticator authenticator();

    @BeforeEach
    final void open() {
        way = authenticator();
    }

    private static SignInRequest request(
            String method,
            String path,
            Map<String, List<String>> query,
            Map<String, List<String>> headers,
            String state) {
        return new SignInRequest(
                method, path, query, Map.of(), headers, "192.0.2.1", Optional.empty(), BASE, state, XSRF);
    }

    private SignInOutcome get(String path) throws Exception {
        return way.handle(request("GET", path, Map.of(), Map.of(), ""));
    }

    @Test
    void buttonsLeadToWhatItAnswers() throws Exception {
        for (Authenticator.Button button : way.buttons()) {
            SignInOutcome outcome = get(button.path());
            assertThat(outcome)
                    .as("behind the button %s", button.label())
                    .isInstanceOfAny(SignInOutcome.Redirect.class, SignInOutcome.Page.class);
        }
        assertThat(way.buttons()).isEqualTo(way.buttons());
    }

    @Test
    void formsCarryTheTokenOfTheirPage() throws Exception {
        for (Authenticator.Button button : way.buttons()) {
            if (get(button.path()) instanceof SignInOutcome.Page page
                    && page.html().contains("<form")) {
                assertThat(page.html()).contains("name=\"_xsrf\"").contains(XSRF);
            }
        }
    }

    @Test
    void addressesThatAreNobodysIdentifyNobody() throws Exception {
        for (String path : List.of("/no-such-place", "/callback", "/../login", "/google/../x", "/%00")) {
            assertThat(get(path)).as(path).isNotNull().isNotInstanceOf(SignInOutcome.Identified.class);
        }
    }

    @Test
    void whatALinkSaysIdentifiesNobody() throws Exception {
        for (String text : Hostile.TEXTS) {
            Map<String, List<String>> query = new HashMap<>();
            for (String name : List.of("user_id", "user", "email", "subject", "code", "state", "id_token")) {
                query.put(name, List.of(text));
            }
            for (Authenticator.Button button : way.buttons()) {
                SignInOutcome outcome = way.handle(request("GET", button.path(), query, Map.of(), ""));
                assertThat(outcome).isNotInstanceOf(SignInOutcome.Identified.class);
                if (outcome instanceof SignInOutcome.Page page) {
                    assertThat(page.html()).doesNotContain(Hostile.SCRIPT);
                }
            }
        }
    }

    @Test
    void aHeaderThatNoTrustedProxyHasSentIdentifiesNobody() throws Exception {
        Map<String, List<String>> headers = new HashMap<>();
        for (String name : List.of("remote-user", "x-remote-user", "x-forwarded-user", "remote_user")) {
            headers.put(name, List.of("root"));
        }
        assertThat(way.recognise(request("GET", "/", Map.of(), headers, ""))).isEmpty();
        assertThat(way.handle(request("GET", "/", Map.of(), headers, "")))
                .isNotInstanceOf(SignInOutcome.Identified.class);
    }

    @Test
    void aStateThatItHasNotGivenOutIdentifiesNobody() throws Exception {
        for (String state : List.of("x", "{}", "a.b.c", "0".repeat(SignInOutcome.MAX_STATE))) {
            for (Authenticator.Button button : way.buttons()) {
                assertThat(way.handle(request("GET", button.path(), Map.of(), Map.of(), state)))
                        .isNotInstanceOf(SignInOutcome.Identified.class);
            }
        }
    }
}
