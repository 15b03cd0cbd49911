/* Copyright the Carrel authors. */
package dev.carrel.auth.oidc;

import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.oauth2.sdk.token.AccessToken;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponse;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponseParser;
import com.nimbusds.openid.connect.sdk.UserInfoRequest;
import com.nimbusds.openid.connect.sdk.UserInfoResponse;
import com.nimbusds.openid.connect.sdk.claims.ClaimsSet;
import com.nimbusds.openid.connect.sdk.claims.IDTokenClaimsSet;
import com.nimbusds.openid.connect.sdk.claims.UserInfo;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import com.nimbusds.openid.connect.sdk.token.OIDCTokens;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A provider of OpenID Connect: authorization code flow with state, nonce and PKCE. */
final class OpenIdProvider implements Provider {
    private final Profile profile;
    private final Discovery discovery;

    /**
     * What is peculiar to a provider.
     *
     * @param key in addresses
     * @param subjects before every subject: two providers never share one
     * @param nonce whether an ID token without our nonce is refused; a wrong one always is
     * @param pkce whether it takes PKCE
     * @param groupsClaim empty for none
     */
    record Profile(
            String key,
            String subjects,
            String label,
            Wire.Credentials credentials,
            List<String> scopes,
            boolean nonce,
            boolean pkce,
            String groupsClaim) {}

    OpenIdProvider(Profile profile, Discovery discovery) {
        this.profile = profile;
        this.discovery = discovery;
    }

    @Override
    public String key() {
        return profile.key();
    }

    @Override
    public String label() {
        return profile.label();
    }

    /** What stands before its subjects. */
    String subjects() {
        return profile.subjects();
    }

    @Override
    public URI question(Attempt attempt, URI back) throws IOException, WrongAnswer {
        AuthenticationRequest.Builder question = new AuthenticationRequest.Builder(
                        ResponseType.CODE,
                        new Scope(profile.scopes().toArray(new String[0])),
                        profile.credentials().id(),
                        back)
                .endpointURI(discovery.metadata().getAuthorizationEndpointURI())
                .state(new State(attempt.state()))
                .nonce(new Nonce(attempt.nonce()));
        if (profile.pkce()) {
            question.codeChallenge(new CodeVerifier(attempt.verifier()), CodeChallengeMethod.S256);
        }
        return question.build().toURI();
    }

    @Override
    public Person person(String code, Optional<String> issuer, Attempt attempt, URI back)
            throws IOException, WrongAnswer {
        OIDCProviderMetadata metadata = discovery.metadata();
        // A code of another provider must not be shown to this one (mix-up, RFC 9207).
        boolean named = issuer.isPresent();
        if (named && !issuer.get().equals(metadata.getIssuer().getValue())
                || !named && metadata.supportsAuthorizationResponseIssuerParam()) {
            throw WrongAnswer.of("the answer is of another issuer, or of one that does not name itself as it promised");
        }
        OIDCTokens tokens = redeem(metadata, code, attempt, back);
        IDTokenClaimsSet claims = discovery
                .tokens(profile.credentials().id())
                .judged(tokens.getIDToken(), attempt.nonce(), profile.nonce());
        ClaimsSet facts = claims;
        if (claims.getStringClaim("email") == null && metadata.getUserInfoEndpointURI() != null) {
            facts = userInfo(metadata.getUserInfoEndpointURI(), tokens.getAccessToken(), claims);
        }
        return person(claims.getSubject().getValue(), claims, facts);
    }

    private OIDCTokens redeem(OIDCProviderMetadata metadata, String code, Attempt attempt, URI back)
            throws IOException, WrongAnswer {
        AuthorizationCodeGrant grant = profile.pkce()
                ? new AuthorizationCodeGrant(new AuthorizationCode(code), back, new CodeVerifier(attempt.verifier()))
                : new AuthorizationCodeGrant(new AuthorizationCode(code), back);
        List<ClientAuthenticationMethod> methods = metadata.getTokenEndpointAuthMethods();
        boolean inBody = methods != null
                && !methods.contains(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
                && methods.contains(ClientAuthenticationMethod.CLIENT_SECRET_POST);
        try {
            TokenResponse answer = OIDCTokenResponseParser.parse(
                    Wire.send(Wire.redemption(metadata.getTokenEndpointURI(), profile.credentials(), inBody, grant)));
            if (!(answer.toSuccessResponse() instanceof OIDCTokenResponse good)
                    || good.getOIDCTokens().getIDToken() == null) {
                throw WrongAnswer.of("the token endpoint gave no ID token");
            }
            return good.getOIDCTokens();
        } catch (ParseException | ClassCastException e) {
            throw WrongAnswer.of("the code was not redeemed: " + e.getMessage(), e);
        }
    }

    /** What the provider tells beside the token; only if it is about the same person. */
    private static ClaimsSet userInfo(URI endpoint, AccessToken token, IDTokenClaimsSet claims)
            throws IOException, WrongAnswer {
        try {
            UserInfoResponse answer =
                    UserInfoResponse.parse(Wire.send(new UserInfoRequest(endpoint, token).toHTTPRequest()));
            UserInfo info =
                    answer.indicatesSuccess() ? answer.toSuccessResponse().getUserInfo() : null;
            if (info == null || !claims.getSubject().equals(info.getSubject())) {
                throw WrongAnswer.of("the userinfo endpoint says nothing, or speaks of somebody else");
            }
            return info;
        } catch (ParseException e) {
            throw WrongAnswer.of("the userinfo endpoint's answer cannot be read: " + e.getMessage(), e);
        }
    }

    private Person person(String subject, IDTokenClaimsSet claims, ClaimsSet facts) {
        List<String> groups = profile.groupsClaim().isEmpty() ? null : claims.getStringListClaim(profile.groupsClaim());
        return new Person(
                profile.subjects() + subject,
                text(facts, "preferred_username"),
                Optional.ofNullable(facts.getStringClaim("email")),
                verified(facts),
                text(facts, "name"),
                groups == null ? Set.of() : Set.copyOf(groups));
    }

    private static String text(ClaimsSet facts, String claim) {
        String value = facts.getStringClaim(claim);
        return value == null ? "" : value;
    }

    /** Some say true, some "true", and who says neither does not vouch. */
    private static boolean verified(ClaimsSet facts) {
        Object claim = facts.getClaim("email_verified");
        return Boolean.TRUE.equals(claim) || "true".equals(claim);
    }
}
