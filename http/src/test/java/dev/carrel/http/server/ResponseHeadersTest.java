/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No header of an answer can be made to say more than one thing. */
class ResponseHeadersTest {
    @ParameterizedTest
    @ValueSource(strings = {"a\r\nSet-Cookie: b=c", "a\nb", "a\rb", "a\u0000b", "a\u007fb", "\u0100", "a\u2028b"})
    void refuseValuesWithLineBreaksAndTheLike(String value) {
        assertThatThrownBy(() -> Response.text(200, "").with("X", value)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Response.seeOther("/" + value)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a:", "a\r\n", "é", "a\u0000"})
    void refuseNamesThatAreNoTokens(String name) {
        assertThatThrownBy(() -> Headers.of(name, "x")).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length", "transfer-encoding", "Connection", "Date", "Server", "Upgrade"})
    void refuseWhatTheServerSetsItself(String name) {
        assertThatThrownBy(() -> Response.text(200, "").with(name, "1")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Response.text(200, "").plus(name, "1")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void replaceAndAddWhateverTheCase() {
        Headers headers = Headers.of("A", "1").plus("a", "2").plus("B", "3");

        assertThat(headers.all("a")).containsExactly("1", "2");
        assertThat(headers.with("a", "4").all("A")).containsExactly("4");
        assertThat(headers.without("A").lines()).containsExactly(new Headers.Line("B", "3"));
    }

    @Test
    void doNotShowTheirValuesInLogs() {
        assertThat(Headers.of("Authorization", "token secret").toString()).isEqualTo("Headers[Authorization]");
    }

    @Test
    void showStatusesThatAreNone() {
        assertThatThrownBy(() -> Response.empty(199)).hasMessage("status: 199 (expected: 200..599)");
        assertThatThrownBy(() -> Response.redirect(200, "/")).hasMessage("status: 200 (expected: 301..308)");
        assertThatThrownBy(() -> new HttpFailure(200, "x", "y")).hasMessage("status: 200 (expected: 400..599)");
    }
}
