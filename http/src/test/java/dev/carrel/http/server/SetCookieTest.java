/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Cookies are strict unless somebody says otherwise, and never ill-formed. */
class SetCookieTest {
    @Test
    void isForThisHostAndNoScript() {
        assertThat(SetCookie.of("__Host-session", "abc").headerValue())
                .isEqualTo("__Host-session=abc; Path=/; Secure; HttpOnly; SameSite=Lax");
    }

    @Test
    void canBeChangedOneByOne() {
        SetCookie cookie = SetCookie.of("xsrf", "abc")
                .readableByScripts()
                .withSecure(false)
                .withSameSite(SetCookie.SameSite.STRICT)
                .withPath("/hub/")
                .withMaxAge(Duration.ofHours(1));

        assertThat(cookie.headerValue()).isEqualTo("xsrf=abc; Path=/hub/; Max-Age=3600; SameSite=Strict");
        assertThat(SetCookie.expired("xsrf").headerValue())
                .isEqualTo("xsrf=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax");
    }

    @Test
    void keepsThePromisesOfItsPrefix() {
        assertThatThrownBy(() -> SetCookie.of("__Host-a", "x").withSecure(false))
                .hasMessageContaining("__Host- needs");
        assertThatThrownBy(() -> SetCookie.of("__host-a", "x").withPath("/hub/"))
                .hasMessageContaining("__Host- needs");
        assertThatThrownBy(() -> SetCookie.of("__Secure-a", "x").withSecure(false))
                .hasMessageContaining("need Secure");
        assertThatThrownBy(() -> SetCookie.of("a", "x")
                        .withSameSite(SetCookie.SameSite.NONE)
                        .withSecure(false))
                .hasMessageContaining("need Secure");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "a;b", "a,b", "a\"b", "a\\b", "a\r\nb", "a\u0000b", "é", "a\tb"})
    void refusesValuesItCannotCarry(String value) {
        assertThatThrownBy(() -> SetCookie.of("a", value)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a=b", "a;b", "é", "a\n"})
    void refusesNamesThatAreNoTokens(String name) {
        assertThatThrownBy(() -> SetCookie.of(name, "x")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesMoreThanBrowsersKeep() {
        assertThatThrownBy(() -> SetCookie.of("a", "x".repeat(4096))).hasMessageContaining("4097 bytes");
    }

    @Test
    void doesNotShowItsValueInLogs() {
        assertThat(SetCookie.of("a", "secret").toString()).doesNotContain("secret");
    }
}
