/* Copyright the Carrel authors. */
package dev.carrel.auth.oidc;

import dev.carrel.plugin.Setting;
import java.util.List;

/** {@code etc/plugins/auth-oidc.properties}. A provider is offered when its client id is given. */
public record OidcSettings(
        @Setting(text = "Client id of Google.") String googleClientId,

        @Setting(text = "Client secret of Google.", secret = true)
        String googleClientSecret,

        @Setting(text = "Client id of an OAuth app at GitHub.")
        String githubClientId,

        @Setting(text = "Client secret of that app.", secret = true)
        String githubClientSecret,

        @Setting(
                text = "Where GitHub is; a GitHub Enterprise Server has an address of its own.",
                def = "https://github.com")
        String githubUrl,

        @Setting(text = "Where GitHub's API is.", def = "https://api.github.com")
        String githubApi,

        @Setting(text = "Client id of LinkedIn.") String linkedinClientId,

        @Setting(text = "Client secret of LinkedIn.", secret = true)
        String linkedinClientSecret,

        @Setting(text = "Issuer of a further OpenID provider, exactly as it names itself: https://….")
        String issuer,

        @Setting(text = "Client id there.") String clientId,

        @Setting(text = "Client secret there; empty for a public client.", secret = true)
        String clientSecret,

        @Setting(text = "What stands on its button.", def = "Sign in with your organisation")
        String label,

        @Setting(text = "Scopes that are asked for there.", def = "openid, profile, email")
        List<String> scopes,

        @Setting(text = "The claim that lists a person's groups; empty for none. Of the further provider only.")
        String groupsClaim,

        @Setting(
                text = "The group whose members get an administrator's account at their first sign-in; empty for none.")
        String adminGroup,

        @Setting(text = "Whether the provider echoes a nonce. Only false for one that cannot.", def = "true")
        boolean nonce,

        @Setting(text = "Whether the provider takes PKCE. Only false for one that refuses it.", def = "true")
        boolean pkce,

        @Setting(
                text =
                        "What becomes the name of a new account: email, local-part (what stands before its @) or username (what the provider calls them).",
                def = "email")
        Names names,

        @Setting(
                text =
                        "Whether nobody is signed in of whose e-mail address the provider does not say that it was verified.",
                def = "true")
        boolean requireVerifiedEmail) {
    /** What becomes an account's name. */
    public enum Names {
        /** The verified e-mail address. */
        EMAIL,
        /** What stands before its @: of two addresses with the same one the second gets no account. */
        LOCAL_PART,
        /** What the provider calls them. */
        USERNAME
    }

    @Override
    public String toString() {
        return "OidcSettings";
    }
}
