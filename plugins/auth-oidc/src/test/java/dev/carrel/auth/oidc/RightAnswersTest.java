/* Copyright the Carrel authors. */
package dev.carrel.auth.oidc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.plugin.Authenticator;
import dev.carrel.plugin.Identity;
import dev.carrel.plugin.SignInOutcome;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Signing in by a real identity server. */
class RightAnswersTest {
    private IdentityRig rig;

    @BeforeEach
    void start() {
        rig = new IdentityRig();
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    private static Identity identity(SignInOutcome outcome) {
        assertThat(outcome).isInstanceOf(SignInOutcome.Identified.class);
        return ((SignInOutcome.Identified) outcome).identity();
    }

    @Test
    void thereIsAButton() {
        assertThat(rig.plugin.buttons()).containsExactly(new Authenticator.Button("Sign in with Example", "/oidc/"));
    }

    @Test
    void theQuestionHasStateNonceAndProofKey() throws Exception {
        SignInOutcome.Redirect there = rig.begin();

        Map<String, List<String>> query = IdentityRig.parameters(there.to());
        Attempt attempt = Attempt.parse(there.state()).orElseThrow();
        assertThat(there.to().toString()).startsWith(rig.issuer + "/authorize?");
        assertThat(query)
                .containsEntry("response_type", List.of("code"))
                .containsEntry("client_id", List.of("carrel"))
                .containsEntry("redirect_uri", List.of(IdentityRig.BASE + "/oidc/callback"))
                .containsEntry("scope", List.of("openid email"))
                .containsEntry("state", List.of(attempt.state()))
                .containsEntry("nonce", List.of(attempt.nonce()))
                .containsEntry("code_challenge_method", List.of("S256"));
        assertThat(query.get("code_challenge").getFirst()).hasSize(43).isNotEqualTo(attempt.verifier());
        assertThat(there.to().toString()).doesNotContain(attempt.verifier());
        assertThat(Set.of(attempt.state(), attempt.nonce(), attempt.verifier())).hasSize(3);
        assertThat(Attempt.parse(rig.begin().state()).orElseThrow().state()).isNotEqualTo(attempt.state());
    }

    @Test
    void whoComesBackIsIdentified() throws Exception {
        Identity ada = identity(rig.answer());

        assertThat(ada.subject()).matches("oidc:[0-9a-f]{16}:subject-1");
        assertThat(ada.name()).isEqualTo("ada@example.org");
        assertThat(ada.email()).contains("ada@example.org");
        assertThat(ada.emailVerified()).isTrue();
        assertThat(ada.displayName()).isEqualTo("Ada L.");
        assertThat(ada.administrator()).isFalse();
    }

    @Test
    void groupsAreToldAndMakeAdministrators() throws Exception {
        rig.claim("groups", List.of("staff", "admins"));

        Identity ada = identity(rig.answer());

        assertThat(ada.groups()).containsExactlyInAnyOrder("staff", "admins");
        assertThat(ada.administrator()).isTrue();
    }

    @Test
    void anAccountsNameIsMadeOfWhatTheOperatorWants() throws Exception {
        rig.plugin = IdentityRig.plugin(IdentityRig.settings(rig.issuer, OidcSettings.Names.LOCAL_PART, true));
        assertThat(identity(rig.answer()).name()).isEqualTo("ada");
        rig.plugin = IdentityRig.plugin(IdentityRig.settings(rig.issuer, OidcSettings.Names.USERNAME, false));
        rig.claim("preferred_username", "countess");
        rig.claim("email_verified", null);
        Identity ada = identity(rig.answer());
        assertThat(ada.name()).isEqualTo("countess");
        assertThat(ada.emailVerified()).isFalse();
    }

    @Test
    void anUnverifiedAddressIsNobodysName() throws Exception {
        rig.plugin = IdentityRig.plugin(IdentityRig.settings(rig.issuer, OidcSettings.Names.EMAIL, false));
        rig.claim("email_verified", false);

        assertThat(rig.answer()).isInstanceOf(SignInOutcome.Refused.class);
    }

    @Test
    void verifiedMayBeAWord() throws Exception {
        rig.claim("email_verified", "true");

        assertThat(identity(rig.answer()).emailVerified()).isTrue();
    }

    @Test
    void subjectsOfTwoIssuersAreTwoPeople() {
        assertThat(OidcPlugin.providers(IdentityRig.settings("https://a.example"), java.time.Clock.systemUTC()))
                .hasSize(1);
        assertThat(subjects("https://a.example")).isNotEqualTo(subjects("https://b.example"));
    }

    private static String subjects(String issuer) {
        return ((OpenIdProvider) OidcPlugin.providers(IdentityRig.settings(issuer), java.time.Clock.systemUTC())
                        .getFirst())
                .subjects();
    }

    @Test
    void aProviderThatDoesNotAnswerIsAFailureAndNoRefusal() {
        rig.close();

        assertThatThrownBy(rig::begin).isInstanceOf(IOException.class);
    }

    @Test
    void secretsGoToNobodyInTheClear() {
        assertThatThrownBy(() ->
                        OidcPlugin.providers(IdentityRig.settings("http://id.example"), java.time.Clock.systemUTC()))
                .hasMessageContaining("issuer")
                .hasMessageContaining("https://");
        assertThatThrownBy(() -> Wire.secure("x", URI.create("https://user@id.example/")))
                .hasMessageContaining("https://");
    }
}
