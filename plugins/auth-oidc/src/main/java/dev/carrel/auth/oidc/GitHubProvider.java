/* Copyright the Carrel authors. */
package dev.carrel.auth.oidc;

import com.nimbusds.jose.util.JSONArrayUtils;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.AuthorizationRequest;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.oauth2.sdk.token.AccessToken;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** GitHub, which speaks OAuth 2 but no OpenID Connect: who somebody is its API tells for the token that the code is worth. */
final class GitHubProvider implements Provider {
    private final Wire.Credentials credentials;
    private final URI site;
    private final URI api;

    /** The subjects of an Enterprise Server are others than GitHub's own. */
    private final String subjects;

    GitHubProvider(Wire.Credentials credentials, URI site, URI api) {
        this.credentials = credentials;
        this.site = Wire.secure("github-url", site);
        this.api = Wire.secure("github-api", api);
        this.subjects = site.getHost().equals("github.com") ? "github:" : "github@" + site.getAuthority() + ":";
    }

    @Override
    public String key() {
        return "github";
    }

    @Override
    public String label() {
        return "Sign in with GitHub";
    }

    @Override
    public URI question(Attempt attempt, URI back) {
        return new AuthorizationRequest.Builder(ResponseType.CODE, credentials.id())
                .endpointURI(URI.create(site + "/login/oauth/authorize"))
                .redirectionURI(back)
                .scope(new Scope("read:user", "user:email"))
                .state(new State(attempt.state()))
                .codeChallenge(new CodeVerifier(attempt.verifier()), CodeChallengeMethod.S256)
                .build()
                .toURI();
    }

    @Override
    public Person person(String code, Optional<String> issuer, Attempt attempt, URI back)
            throws IOException, WrongAnswer {
        try {
            HTTPRequest redemption = Wire.redemption(
                    URI.create(site + "/login/oauth/access_token"),
                    credentials,
                    true,
                    new AuthorizationCodeGrant(
                            new AuthorizationCode(code), back, new CodeVerifier(attempt.verifier())));
            redemption.setAccept("application/json");
            TokenResponse answer = TokenResponse.parse(Wire.send(redemption));
            if (!answer.indicatesSuccess()) {
                throw WrongAnswer.of("the code was not redeemed: "
                        + answer.toErrorResponse().getErrorObject().getCode());
            }
            AccessToken token = answer.toSuccessResponse().getTokens().getAccessToken();
            Map<String, Object> user = JSONObjectUtils.parse(ask("/user", token));
            return person(user, ask("/user/emails", token));
        } catch (ParseException | java.text.ParseException e) {
            throw WrongAnswer.of("GitHub's answer cannot be read: " + e.getMessage(), e);
        }
    }

    private Person person(Map<String, Object> user, String emails) throws java.text.ParseException, WrongAnswer {
        // The name may be given to somebody else one day, the number never is.
        if (!(user.get("id") instanceof Number id) || !(user.get("login") instanceof String login)) {
            throw WrongAnswer.of("GitHub does not say who it is");
        }
        Optional<String> email = JSONArrayUtils.parse(emails).stream()
                .filter(entry -> entry instanceof Map<?, ?> address
                        && Boolean.TRUE.equals(address.get("primary"))
                        && Boolean.TRUE.equals(address.get("verified")))
                .map(entry -> String.valueOf(((Map<?, ?>) entry).get("email")))
                .findFirst();
        return new Person(
                subjects + id.longValue(),
                login,
                email,
                email.isPresent(),
                user.get("name") instanceof String name ? name : "",
                Set.of());
    }

    private String ask(String path, AccessToken token) throws IOException, WrongAnswer {
        HTTPRequest request = new HTTPRequest(HTTPRequest.Method.GET, URI.create(api + path));
        request.setAccept("application/vnd.github+json");
        request.setAuthorization(token.toAuthorizationHeader());
        HTTPResponse answer = Wire.send(request);
        if (answer.getStatusCode() != 200) {
            throw WrongAnswer.of("GitHub answered " + answer.getStatusCode() + " to " + path);
        }
        return answer.getBody();
    }
}
