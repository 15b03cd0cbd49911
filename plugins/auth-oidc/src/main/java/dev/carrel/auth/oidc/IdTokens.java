/* Copyright the Carrel authors. */
package dev.carrel.auth.oidc;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.claims.IDTokenClaimsSet;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;

/**
 * Judges ID tokens (OpenID Connect Core §3.1.3.7), more strictly where that leaves a choice: signed with a public key of the issuer, for us alone, with
 * our nonce, valid now.
 */
final class IdTokens {
    private static final int SKEW_SECONDS = 60;
    /** An ID token is redeemed within minutes of being made; one much older was made for something else. */
    private static final Duration OLDEST = Duration.ofHours(1);

    private static final int MAX_SUBJECT = 255;
    /** Public keys only: whoever can check a token must not be able to make one. */
    private static final Set<JWSAlgorithm> ALGORITHMS = Set.of(
            JWSAlgorithm.RS256,
            JWSAlgorithm.RS384,
            JWSAlgorithm.RS512,
            JWSAlgorithm.PS256,
            JWSAlgorithm.PS384,
            JWSAlgorithm.PS512,
            JWSAlgorithm.ES256,
            JWSAlgorithm.ES384,
            JWSAlgorithm.ES512);

    private final ClientID client;
    private final IDTokenValidator validator;
    private final Clock clock;

    IdTokens(Issuer issuer, ClientID client, JWKSource<SecurityContext> keys, Clock clock) {
        this.client = client;
        this.clock = clock;
        validator = new IDTokenValidator(issuer, client, new JWSVerificationKeySelector<>(ALGORITHMS, keys), null);
        validator.setMaxClockSkew(SKEW_SECONDS);
    }

    /**
     * The claims of a good token.
     *
     * @param nonceRequired whether one without a nonce is refused; a wrong nonce always is
     * @throws WrongAnswer otherwise
     */
    IDTokenClaimsSet judged(JWT token, String nonce, boolean nonceRequired) throws WrongAnswer {
        try {
            if (!(token instanceof SignedJWT)) {
                throw WrongAnswer.of("the ID token is not signed");
            }
            boolean given = token.getJWTClaimsSet().getClaim("nonce") != null;
            IDTokenClaimsSet claims = validator.validate(token, given || nonceRequired ? new Nonce(nonce) : null);
            check(claims);
            return claims;
        } catch (BadJOSEException | JOSEException | ParseException | IllegalArgumentException e) {
            throw WrongAnswer.of("the ID token is not good: " + e.getMessage(), e);
        }
    }

    private void check(IDTokenClaimsSet claims) throws WrongAnswer {
        List<String> audience = claims.getAudience().stream()
                .map(com.nimbusds.oauth2.sdk.id.Identifier::getValue)
                .toList();
        if (!audience.equals(List.of(client.getValue()))) {
            throw WrongAnswer.of("the ID token is not for us alone");
        }
        String party = claims.getStringClaim("azp");
        if (claims.getClaim("azp") != null && !client.getValue().equals(party)) {
            throw WrongAnswer.of("the ID token was given to another client (azp)");
        }
        Instant now = clock.instant();
        Date notBefore = claims.getDateClaim("nbf");
        if (claims.getClaim("nbf") != null
                && (notBefore == null || notBefore.toInstant().isAfter(now.plusSeconds(SKEW_SECONDS)))) {
            throw WrongAnswer.of("the ID token is not valid yet");
        }
        Instant made = claims.getIssueTime().toInstant();
        if (made.isAfter(now.plusSeconds(SKEW_SECONDS)) || made.isBefore(now.minus(OLDEST))) {
            throw WrongAnswer.of("the ID token was made at " + made + ", and it is " + now);
        }
        String subject = claims.getSubject().getValue();
        if (subject.isBlank() || subject.length() > MAX_SUBJECT) {
            throw WrongAnswer.of("the ID token's subject is empty or longer than " + MAX_SUBJECT);
        }
    }
}
