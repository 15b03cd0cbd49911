/* Copyright the Carrel authors. */
package dev.carrel.auth.oidc;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import dev.carrel.plugin.SignInOutcome;
import java.io.IOException;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is not as it must be signs nobody in. Each claim is changed alone, in a token that the real identity server signs. */
class WrongAnswersTest {
    private IdentityRig rig;

    @BeforeEach
    void start() throws Exception {
        rig = new IdentityRig();
        // A good one first: what is refused afterwards is refused for what is wrong with it.
        assertThat(rig.answer()).isInstanceOf(SignInOutcome.Identified.class);
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    private static void assertRefused(SignInOutcome outcome) {
        assertThat(outcome).isInstanceOf(SignInOutcome.Refused.class);
    }

    static Stream<Arguments> claims() {
        Instant now = Instant.now();
        return Stream.of(
                Arguments.of("iss", "https://evil.example"),
                Arguments.of("iss", "http://localhost:1/default"),
                Arguments.of("aud", "somebody-else"),
                Arguments.of("aud", List.of("carrel", "somebody-else")),
                Arguments.of("nonce", "another"),
                Arguments.of("exp", Date.from(now.minusSeconds(120))),
                Arguments.of("nbf", Date.from(now.plusSeconds(600))),
                Arguments.of("iat", Date.from(now.plusSeconds(600))),
                Arguments.of("iat", Date.from(now.minusSeconds(86_400))),
                Arguments.of("sub", " "),
                Arguments.of("sub", "x".repeat(256)),
                Arguments.of("sub", "line\nbreak"),
                Arguments.of("email_verified", false),
                Arguments.of("email_verified", "yes"),
                Arguments.of("email_verified", 1),
                Arguments.of("email_verified", null),
                Arguments.of("email", "no-address"));
    }

    @ParameterizedTest
    @MethodSource("claims")
    void aClaimThatIsNotRight(String claim, Object value) throws Exception {
        rig.claim(claim, value);

        assertRefused(rig.answer());
    }

    @Test
    void aTokenThatWasGivenToAnotherClient() throws Exception {
        // The identity server always says azp itself.
        IdentityRig.Back back = rig.goThere();
        JWTClaimsSet claims = rig.good(back).claim("azp", "somebody-else").build();

        assertRefused(rig.answerWith(back, rig.signedByTheServer(claims)));
    }

    @Test
    void whatIsSignedByTheServerIsGood() throws Exception {
        IdentityRig.Back back = rig.goThere();

        assertThat(rig.answerWith(back, rig.signedByTheServer(rig.good(back).build())))
                .isInstanceOf(SignInOutcome.Identified.class);
    }

    @Test
    void noAddressAtAll() throws Exception {
        rig.claim("email", null);

        assertRefused(rig.answer());
    }

    @Test
    void algorithmNone() throws Exception {
        IdentityRig.Back back = rig.goThere();

        assertRefused(rig.answerWith(back, new PlainJWT(rig.good(back).build()).serialize()));
    }

    @Test
    void anotherKeyOfTheSameName() throws Exception {
        IdentityRig.Back back = rig.goThere();
        RSAKey key = new RSAKeyGenerator(2048).keyID(IdentityRig.KEY_ID).generate();

        assertRefused(rig.answerWith(
                back,
                IdentityRig.signed(
                        JWSAlgorithm.RS256, IdentityRig.KEY_ID, rig.good(back).build(), new RSASSASigner(key))));
    }

    @Test
    void anUnknownKey() throws Exception {
        IdentityRig.Back back = rig.goThere();
        ECKey key = new ECKeyGenerator(Curve.P_256).keyID("unknown").generate();

        assertRefused(rig.answerWith(
                back,
                IdentityRig.signed(JWSAlgorithm.ES256, "unknown", rig.good(back).build(), new ECDSASigner(key))));
    }

    @Test
    void aSecretAlgorithmWithThePublicKeyAsSecret() throws Exception {
        IdentityRig.Back back = rig.goThere();
        RSAKey key = rig.server
                .getConfig()
                .getTokenProvider()
                .publicJwkSet("default")
                .getKeys()
                .getFirst()
                .toRSAKey();

        for (byte[] secret : List.of(
                key.toRSAPublicKey().getEncoded(),
                key.toJSONString().getBytes(java.nio.charset.StandardCharsets.UTF_8))) {
            assertRefused(rig.answerWith(
                    rig.goThere(),
                    IdentityRig.signed(
                            JWSAlgorithm.HS256,
                            IdentityRig.KEY_ID,
                            rig.good(back).build(),
                            new MACSigner(secret))));
        }
        assertRefused(rig.answerWith(
                back,
                IdentityRig.signed(
                        JWSAlgorithm.HS256,
                        IdentityRig.KEY_ID,
                        rig.good(back).build(),
                        new MACSigner("secret".repeat(8)))));
    }

    @Test
    void aTokenOfAnEarlierSignIn() throws Exception {
        IdentityRig.Back earlier = rig.goThere();
        JWTClaimsSet claims = rig.good(earlier).build();
        String token = rig.signedByTheServer(claims);
        IdentityRig.Back back = rig.goThere();

        assertRefused(rig.answerWith(back, token));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "a.b.c", "{}", "eyJhbGciOiJSUzI1NiJ9..", "eyJhbGciOiJSUzI1NiJ9.e30.AAAA"})
    void noTokenAtAll(String token) throws Exception {
        assertRefused(rig.answerWith(rig.goThere(), token));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "null",
                "{\"access_token\":\"x\",\"token_type\":\"Bearer\"}",
                "<html>",
                "{\"error\":\"x\"}"
            })
    void anAnswerOfTheTokenEndpointThatIsNone(String body) throws Exception {
        assertRefused(rig.answerWith(rig.goThere(), 200, body));
    }

    @Test
    void aTokenEndpointThatRefusesOrSendsElsewhere() throws Exception {
        assertRefused(rig.answerWith(rig.goThere(), 400, "{\"error\":\"invalid_grant\"}"));
        assertRefused(rig.answerWith(rig.goThere(), 302, ""));
        assertRefused(rig.answerWith(rig.goThere(), 500, "{}"));
    }

    @Test
    void aStateThatIsNotOurs() throws Exception {
        IdentityRig.Back back = rig.goThere();
        String state = back.query().get("state").getFirst();

        assertRefused(rig.answer(back.with("state", "x")));
        assertRefused(rig.answer(back.without("state")));
        assertRefused(rig.answer(back.with("state", state, state)));
        assertRefused(rig.answer(back.with("state", state + "x")));
    }

    @Test
    void anAnswerThatThisBrowserDidNotAskFor() throws Exception {
        IdentityRig.Back attackers = rig.goThere();

        assertRefused(rig.answer(attackers.remembering("")));
        assertRefused(rig.answer(attackers.remembering(rig.begin().state())));
        assertRefused(rig.answer(attackers.remembering("x")));
    }

    @Test
    void aCodeThatAnotherBrowserWasGiven() throws Exception {
        String stolen = rig.goThere().query().get("code").getFirst();
        IdentityRig.Back own = rig.goThere();

        // The proof key of PKCE is another one.
        assertRefused(rig.answer(own.with("code", stolen)));
    }

    @Test
    void aCodeAgain() throws Exception {
        IdentityRig.Back back = rig.goThere();
        assertThat(rig.answer(back)).isInstanceOf(SignInOutcome.Identified.class);

        assertRefused(rig.answer(back));
    }

    @Test
    void aCodeThatIsNone() throws Exception {
        IdentityRig.Back back = rig.goThere();
        String code = back.query().get("code").getFirst();

        assertRefused(rig.answer(back.without("code")));
        assertRefused(rig.answer(back.with("code", "")));
        assertRefused(rig.answer(back.with("code", code, code)));
        assertRefused(rig.answer(back.with("code", "x".repeat(5000))));
        assertRefused(rig.answer(back.with("code", "made-up")));
    }

    @Test
    void anAnswerOfAnotherIssuer() throws Exception {
        IdentityRig.Back back = rig.goThere();

        assertRefused(rig.answer(back.with("iss", "https://evil.example")));
        assertRefused(rig.answer(back.with("iss", rig.issuer, rig.issuer)));
        assertRefused(rig.answer(back.with("iss", "")));
        assertThat(rig.answer(back.with("iss", rig.issuer))).isInstanceOf(SignInOutcome.Identified.class);
    }

    @Test
    void anAnswerAtTheAddressOfAnotherProvider() throws IOException, InterruptedException {
        IdentityRig.Back back = rig.goThere();

        assertRefused(rig.plugin.handle(IdentityRig.request("/google/callback", back.query(), back.state())));
        assertRefused(rig.plugin.handle(IdentityRig.request("/oidc/callback/", back.query(), back.state())));
        Attempt attempt = back.attempt();
        Attempt moved = new Attempt("google", attempt.state(), attempt.nonce(), attempt.verifier());
        assertRefused(rig.answer(back.remembering(moved.text())));
    }

    @Test
    void anErrorIsARefusalAndItsTextIsNotShown() throws Exception {
        IdentityRig.Back back = rig.goThere().with("error", "access_denied").with("error_description", "<b>call 555");

        SignInOutcome outcome = rig.answer(back);

        assertRefused(outcome);
        assertThat(outcome.toString()).doesNotContain("555");
    }

    @Test
    void aProviderThatCallsItselfOtherwise() throws Exception {
        rig.plugin = IdentityRig.plugin(IdentityRig.settings(rig.issuer));
        String here = rig.issuer;
        for (String said : List.of(
                metadata("https://evil.example", here + "/token"),
                metadata(here + "/", here + "/token"),
                metadata(here, "http://evil.example/token"),
                "{}")) {
            rig.prepare(200, said);
            assertRefused(rig.plugin.handle(IdentityRig.request("/oidc/", java.util.Map.of(), "")));
        }
        assertThat(rig.answer()).isInstanceOf(SignInOutcome.Identified.class);
    }

    private String metadata(String issuer, String tokenEndpoint) {
        return "{\"issuer\":\"" + issuer + "\",\"authorization_endpoint\":\"" + rig.issuer
                + "/authorize\",\"token_endpoint\":\"" + tokenEndpoint + "\",\"jwks_uri\":\"" + rig.issuer
                + "/jwks\",\"subject_types_supported\":[\"public\"],\"response_types_supported\":[\"code\"],"
                + "\"id_token_signing_alg_values_supported\":[\"RS256\"]}";
    }
}
