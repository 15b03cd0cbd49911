/* Copyright the Carrel authors. */
package dev.carrel.auth.oidc;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.carrel.plugin.SignInOutcome;
import dev.carrel.plugin.SignInRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import no.nav.security.mock.oauth2.MockOAuth2Server;
import no.nav.security.mock.oauth2.http.OAuth2HttpRequest;
import no.nav.security.mock.oauth2.http.OAuth2HttpResponse;
import no.nav.security.mock.oauth2.http.Route;
import no.nav.security.mock.oauth2.token.DefaultOAuth2TokenCallback;
import okhttp3.Headers;
import org.slf4j.LoggerFactory;

/** A real identity server on this machine, the plugin, and a browser between them. */
final class IdentityRig implements AutoCloseable {
    static final String CLIENT = "carrel";
    static final URI BASE = URI.create("https://lab.example.org/hub/auth/auth-oidc");
    static final String KEY_ID = "default";

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final Prepared prepared = new Prepared();
    final MockOAuth2Server server = new MockOAuth2Server(prepared);
    final String issuer;
    private final Map<String, Object> claims = new HashMap<>();
    OidcAuthenticator plugin;

    /** Answers the next requests in place of the identity server. */
    private static final class Prepared implements Route {
        private final Queue<OAuth2HttpResponse> answers = new ConcurrentLinkedQueue<>();

        @Override
        public boolean match(OAuth2HttpRequest request) {
            return !answers.isEmpty();
        }

        @Override
        public OAuth2HttpResponse invoke(OAuth2HttpRequest request) {
            return answers.remove();
        }
    }

    /** What the identity server answers to the next request, whatever it is. */
    void prepare(int status, String body) {
        prepared.answers.add(
                new OAuth2HttpResponse(Headers.of("Content-Type", "application/json"), status, body, null));
    }

    IdentityRig() {
        server.start(InetAddress.getLoopbackAddress(), 0);
        issuer = "http://localhost:" + server.getConfig().getHttpServer().port() + "/default";
        plugin = plugin(settings(issuer));
        claims.put("email", "ada@example.org");
        claims.put("email_verified", true);
        claims.put("name", "Ada L.");
        claims.put("preferred_username", "ada");
    }

    static OidcSettings settings(String issuer) {
        return settings(issuer, OidcSettings.Names.EMAIL, true);
    }

    static OidcSettings settings(String issuer, OidcSettings.Names names, boolean requireVerified) {
        return new OidcSettings(
                "",
                "",
                "",
                "",
                "https://github.com",
                "https://api.github.com",
                "",
                "",
                issuer,
                CLIENT,
                "secret",
                "Sign in with Example",
                List.of("openid", "email"),
                "groups",
                "admins",
                true,
                true,
                names,
                requireVerified);
    }

    static OidcAuthenticator plugin(OidcSettings settings) {
        return new OidcAuthenticator(
                OidcPlugin.providers(settings, Clock.systemUTC()),
                settings,
                LoggerFactory.getLogger("plugin.auth-oidc"));
    }

    /** Changes a claim of the next ID token; null takes it away. */
    void claim(String name, Object value) {
        if (value == null) {
            claims.remove(name);
        } else {
            claims.put(name, value);
        }
    }

    /** What comes back to the browser's address bar, and the sealed state beside it. */
    record Back(Map<String, List<String>> query, String state) {
        Back with(String name, String... values) {
            Map<String, List<String>> changed = new LinkedHashMap<>(query);
            changed.put(name, List.of(values));
            return new Back(changed, state);
        }

        Back without(String name) {
            Map<String, List<String>> changed = new LinkedHashMap<>(query);
            changed.remove(name);
            return new Back(changed, state);
        }

        Back remembering(String other) {
            return new Back(query, other);
        }

        Attempt attempt() {
            return Attempt.parse(state).orElseThrow();
        }
    }

    SignInOutcome.Redirect begin() throws IOException {
        return (SignInOutcome.Redirect) plugin.handle(request("/oidc/", Map.of(), ""));
    }

    /** Goes to the identity server and comes back. */
    Back goThere() throws IOException, InterruptedException {
        SignInOutcome.Redirect there = begin();
        HttpResponse<String> answer =
                HTTP.send(HttpRequest.newBuilder(there.to()).build(), HttpResponse.BodyHandlers.ofString());
        URI back = URI.create(answer.headers()
                .firstValue("Location")
                .orElseThrow(() -> new AssertionError(answer.statusCode() + answer.body())));
        if (!back.toString().startsWith(BASE + "/oidc/callback?")) {
            throw new AssertionError(back);
        }
        return new Back(parameters(back), there.state());
    }

    static Map<String, List<String>> parameters(URI address) {
        Map<String, List<String>> query = new LinkedHashMap<>();
        for (String pair : address.getRawQuery().split("&")) {
            String[] parts = pair.split("=", 2);
            query.put(parts[0], List.of(URLDecoder.decode(parts[1], StandardCharsets.UTF_8)));
        }
        return query;
    }

    /** Answers, with a token of the identity server that says what {@link #claim} has told. */
    SignInOutcome answer(Back back) throws IOException {
        server.enqueueCallback(new DefaultOAuth2TokenCallback(
                "default",
                String.valueOf(claims.getOrDefault("sub", "subject-1")),
                "JWT",
                List.of(CLIENT),
                claims,
                300));
        return plugin.handle(request("/oidc/callback", back.query(), back.state()));
    }

    SignInOutcome answer() throws IOException, InterruptedException {
        return answer(goThere());
    }

    /** Answers, and the token endpoint says this. */
    SignInOutcome answerWith(Back back, int status, String body) throws IOException {
        prepare(status, body);
        return plugin.handle(request("/oidc/callback", back.query(), back.state()));
    }

    SignInOutcome answerWith(Back back, String idToken) throws IOException {
        return answerWith(
                back,
                200,
                "{\"access_token\":\"x\",\"token_type\":\"Bearer\",\"expires_in\":300,\"id_token\":\"" + idToken
                        + "\"}");
    }

    /** Good claims for somebody who has come back. */
    JWTClaimsSet.Builder good(Back back) {
        Instant now = Instant.now();
        return new JWTClaimsSet.Builder()
                .issuer(issuer)
                .subject("subject-1")
                .audience(CLIENT)
                .claim("nonce", back.attempt().nonce())
                .claim("email", "ada@example.org")
                .claim("email_verified", true)
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plusSeconds(300)));
    }

    String signedByTheServer(JWTClaimsSet claims) {
        return server.getConfig()
                .getTokenProvider()
                .jwt(claims.getClaims(), Duration.ofMinutes(5), "default")
                .serialize();
    }

    static String signed(JWSAlgorithm algorithm, String keyId, JWTClaimsSet claims, JWSSigner signer) throws Exception {
        SignedJWT token =
                new SignedJWT(new JWSHeader.Builder(algorithm).keyID(keyId).build(), claims);
        token.sign(signer);
        return token.serialize();
    }

    static SignInRequest request(String path, Map<String, List<String>> query, String state) {
        return new SignInRequest(
                "GET", path, query, Map.of(), Map.of(), "192.0.2.1", Optional.empty(), BASE, state, "xsrf");
    }

    @Override
    public void close() {
        server.shutdown();
    }
}
