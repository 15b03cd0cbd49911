/* Copyright the Carrel authors. */
package dev.carrel.auth.oidc;

import com.nimbusds.oauth2.sdk.id.ClientID;
import dev.carrel.plugin.Extension;
import dev.carrel.plugin.Plugin;
import dev.carrel.plugin.PluginContext;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Reads which providers there are; asks none of them before somebody signs in. */
public final class OidcPlugin implements Plugin {
    private static final List<String> USUAL = List.of("openid", "profile", "email");

    @Override
    public List<Extension> start(PluginContext context) {
        OidcSettings settings = context.settings(OidcSettings.class);
        List<Provider> providers = providers(settings, context.clock());
        if (providers.isEmpty()) {
            throw new IllegalArgumentException("no provider (expected: in etc/plugins/" + context.id()
                    + ".properties google-client-id, github-client-id, linkedin-client-id, or issuer and client-id)");
        }
        providers.forEach(provider -> context.log()
                .info(
                        "{}: its redirect URI is {}/hub/auth/{}/{}/callback",
                        provider.label(),
                        context.site().url(),
                        context.id(),
                        provider.key()));
        return List.of(new OidcAuthenticator(providers, settings, context.log()));
    }

    static List<Provider> providers(OidcSettings s, Clock clock) {
        List<Provider> providers = new ArrayList<>();
        if (!s.googleClientId().isEmpty()) {
            providers.add(known(
                    "google",
                    "Sign in with Google",
                    "https://accounts.google.com",
                    credentials("google-client-secret", s.googleClientId(), s.googleClientSecret()),
                    true,
                    clock));
        }
        if (!s.githubClientId().isEmpty()) {
            providers.add(new GitHubProvider(
                    credentials("github-client-secret", s.githubClientId(), s.githubClientSecret()),
                    URI.create(s.githubUrl()),
                    URI.create(s.githubApi())));
        }
        if (!s.linkedinClientId().isEmpty()) {
            // LinkedIn echoes no nonce, and takes PKCE from native apps only.
            providers.add(known(
                    "linkedin",
                    "Sign in with LinkedIn",
                    "https://www.linkedin.com/oauth",
                    credentials("linkedin-client-secret", s.linkedinClientId(), s.linkedinClientSecret()),
                    false,
                    clock));
        }
        if (s.issuer().isEmpty() != s.clientId().isEmpty()) {
            throw new IllegalArgumentException("issuer and client-id: expected both or neither");
        }
        if (!s.issuer().isEmpty()) {
            if (!s.scopes().contains("openid")) {
                throw new IllegalArgumentException("scopes: " + s.scopes() + " (expected: openid among them)");
            }
            if (!s.nonce() && !s.pkce()) {
                throw new IllegalArgumentException("nonce and pkce: both false (expected: at least one of them)");
            }
            providers.add(new OpenIdProvider(
                    new OpenIdProvider.Profile(
                            "oidc",
                            "oidc:" + mark(s.issuer()) + ":",
                            s.label(),
                            new Wire.Credentials(new ClientID(s.clientId()), s.clientSecret()),
                            s.scopes(),
                            s.nonce(),
                            s.pkce(),
                            s.groupsClaim()),
                    new Discovery(URI.create(s.issuer()), clock)));
        }
        return providers;
    }

    private static Wire.Credentials credentials(String key, String id, String secret) {
        if (secret.isEmpty()) {
            throw new IllegalArgumentException(key + ": is missing");
        }
        return new Wire.Credentials(new ClientID(id), secret);
    }

    private static Provider known(
            String key, String label, String issuer, Wire.Credentials credentials, boolean modern, Clock clock) {
        return new OpenIdProvider(
                new OpenIdProvider.Profile(key, key + ":", label, credentials, USUAL, modern, modern, ""),
                new Discovery(URI.create(issuer), clock));
    }

    /** Another issuer's subjects are other people, also when it takes the place of this one in the settings. */
    private static String mark(String issuer) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(issuer.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
