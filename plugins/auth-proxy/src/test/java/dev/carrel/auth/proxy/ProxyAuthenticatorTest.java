/* Copyright the Carrel authors. */
package dev.carrel.auth.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.plugin.Identity;
import dev.carrel.plugin.SignInOutcome;
import dev.carrel.plugin.SignInRequest;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

class ProxyAuthenticatorTest {
    private static final List<String> ADDRESSES = List.of("192.0.2.7", "10.0.0.0/8", "2001:db8::/33");

    private static ProxyAuthenticator plugin(String suffix, boolean ignoreCase, boolean email) {
        return plugin(new ProxySettings("Remote-User", ADDRESSES, suffix, ignoreCase, email, List.of("root")));
    }

    private static ProxyAuthenticator plugin(ProxySettings settings) {
        return new ProxyAuthenticator(settings, LoggerFactory.getLogger("plugin.auth-proxy"));
    }

    private static SignInRequest request(Optional<SignInRequest.Vouched> vouched) {
        return new SignInRequest(
                "GET",
                "/",
                Map.of(),
                Map.of(),
                Map.of("remote-user", List.of("root")),
                "192.0.2.7",
                vouched,
                URI.create("https://lab.example.org/hub/auth/auth-proxy"),
                "",
                "");
    }

    private static Optional<Identity> recognised(ProxyAuthenticator plugin, String value) {
        return plugin.recognise(request(Optional.of(new SignInRequest.Vouched("remote-user", value, "192.0.2.7"))));
    }

    @Test
    void whomTheProxyVouchesForIsKnown() {
        Identity ada = recognised(plugin("", false, false), "ada").orElseThrow();

        assertThat(ada).isEqualTo(Identity.named("ada"));
        assertThat(plugin("", false, false).buttons()).isEmpty();
    }

    @Test
    void aHeaderThatTheRouterHasNotSignedIsNothing() {
        assertThat(plugin("", false, false).recognise(request(Optional.empty())))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.7,true",
        "192.0.2.8,false",
        "10.255.0.1,true",
        "11.0.0.1,false",
        "2001:db8:7fff::1,true",
        "2001:db8:8000::1,false",
        "::ffff:10.0.0.1,true",
        "::1,false",
        "127.0.0.1,false",
        "proxy.example,false",
        "'',false"
    })
    void onlyFromAddressesThatAreListed(String proxy, boolean known) {
        assertThat(plugin("", false, false)
                        .recognise(request(Optional.of(new SignInRequest.Vouched("remote-user", "ada", proxy))))
                        .isPresent())
                .isEqualTo(known);
    }

    @Test
    void onlyByTheHeaderThatIsMeant() {
        assertThat(plugin("", false, false)
                        .recognise(request(Optional.of(new SignInRequest.Vouched("x-user", "ada", "192.0.2.7")))))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "ada@EXAMPLE.ORG,false,ada",
        "ada@example.org,false,",
        "ada@example.org,true,ada",
        "ada@evilEXAMPLE.ORG,false,",
        "@EXAMPLE.ORG,false,",
        "ada,false,"
    })
    void aValueEndsAsItMust(String value, boolean ignoreCase, String name) {
        assertThat(recognised(plugin("@EXAMPLE.ORG", ignoreCase, false), value).map(Identity::name))
                .isEqualTo(Optional.ofNullable(name));
    }

    @Test
    void caseIsTheProxysAffair() {
        assertThat(recognised(plugin("", false, false), "Ada").orElseThrow().subject())
                .isEqualTo("Ada");
        assertThat(recognised(plugin("", true, false), "Ada").orElseThrow().subject())
                .isEqualTo("ada");
    }

    @Test
    void anAddressCountsAsVerifiedWhenTheOperatorSaysSo() {
        Identity ada = recognised(plugin("", false, true), "ada@example.org").orElseThrow();

        assertThat(ada.email()).contains("ada@example.org");
        assertThat(ada.emailVerified()).isTrue();
        assertThat(recognised(plugin("", false, true), "ada").orElseThrow().email())
                .isEmpty();
    }

    @Test
    void listedOnesBecomeAdministrators() {
        assertThat(recognised(plugin("", false, false), "root").orElseThrow().administrator())
                .isTrue();
        assertThat(recognised(plugin("", false, false), "Root").orElseThrow().administrator())
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "ad\u00e4", "a\tb", "(null)\n"})
    void whatIsNotPlainIsNobody(String value) {
        assertThat(recognised(plugin("", false, false), value)).isEmpty();
        assertThat(recognised(plugin("", false, false), "x".repeat(256))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "10.0.0.0/0", "10.0.0.0/33", "10.0.0.0/x", "10.0.0", ""})
    void addressesThatAreNoneAreRefusedAtStart(String entry) {
        assertThatThrownBy(() -> new Addresses(List.of(entry))).hasMessageContaining("\"" + entry + "\"");
        assertThatThrownBy(() -> new Addresses(List.of())).hasMessageContaining("empty");
    }

    @Test
    void itsAddressIsNobodys() {
        assertThat(plugin("", false, false).handle(request(Optional.empty())))
                .isInstanceOf(SignInOutcome.Refused.class);
    }
}
