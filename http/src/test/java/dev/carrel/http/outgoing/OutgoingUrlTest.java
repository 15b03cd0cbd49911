/* Copyright the Carrel authors. */
package dev.carrel.http.outgoing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses have one reading or none. */
class OutgoingUrlTest {
    @ParameterizedTest
    @CsvSource({
        "http://example.org, http://example.org, /, 80",
        "HTTPS://Example.ORG/a/b?c=d&e=%20f, https://example.org, /a/b?c=d&e=%20f, 443",
        "http://example.org:8080/, http://example.org:8080, /, 8080",
        "https://example.org:443, https://example.org, /, 443",
        "http://192.0.2.1/x, http://192.0.2.1, /x, 80",
        "http://[2001:DB8::1]:8080/x, http://[2001:db8:0:0:0:0:0:1]:8080, /x, 8080",
        "http://[::ffff:127.0.0.1]/, http://127.0.0.1, /, 80",
        "http://[::ffff:7f00:1]/, http://127.0.0.1, /, 80",
        "http://receiver/x, http://receiver, /x, 80",
        "http://xn--bcher-kva.example/, http://xn--bcher-kva.example, /, 80",
        "http://0x7f.example/, http://0x7f.example, /, 80",
        "http://example.org?a=b, http://example.org, /?a=b, 80"
    })
    void anAddressIsReadInOneWay(String text, String authority, String path, int port) {
        OutgoingUrl url = OutgoingUrl.parse(text);

        assertThat(url).hasToString(authority);
        assertThat(url.path()).isEqualTo(path);
        assertThat(url.port()).isEqualTo(port);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "http:",
                "http://",
                "http:///x",
                "//example.org/x",
                "/x",
                "ftp://example.org/",
                "file:///etc/passwd",
                "gopher://example.org:70/_GET",
                "jar:http://example.org!/",
                "javascript:alert(1)",
                "http:example.org",
                "http:/example.org",
                "https:\\\\example.org",
                "http://example.org\\@evil.example/",
                "http://user@example.org/",
                "http://user:secret@example.org/",
                "http://@example.org/",
                "http://example.org@127.0.0.1/",
                "http://127.0.0.1#@example.org/",
                "http://example.org/#part",
                "http://example.org:0/",
                "http://example.org:65536/",
                "http://example.org:-1/",
                "http://example.org:80:80/",
                "http://example.org:8O/",
                "http://example.org:80@evil.example/",
                "http://127.1/",
                "http://127.0.1/",
                "http://2130706433/",
                "http://017700000001/",
                "http://0x7f000001/",
                "http://0x7f.0x0.0x0.0x1/",
                "http://0x7f.1/",
                "http://0177.0.0.1/",
                "http://127.0.0.01/",
                "http://127.0.0.0x1/",
                "http://00127.0.0.1/",
                "http://256.1.1.1/",
                "http://1.2.3.4.5/",
                "http://127.0.0.1./",
                "http://example.org./",
                "http://localhost./",
                "http://.example.org/",
                "http://example..org/",
                "http://-example.org/",
                "http://under_score.example/",
                "http://example-.org/",
                "http://example.org.0x/",
                "http://example.7/",
                "http://exa mple.org/",
                " http://example.org/",
                "http://example.org/ ",
                "http://example.org/\r\nX-Evil: 1",
                "http://example.org/%0d%0a\nx",
                "http://exam\tple.org/",
                "http://example.org\u0000.evil.example/",
                "http://exämple.org/",
                "http://１２７.0.0.1/",
                "http://127。0。0。1/",
                "http://example。org/",
                "http://ⓔxample.org/",
                "http://%31%32%37.0.0.1/",
                "http://exam%70le.org/",
                "http://[::1%25eth0]/",
                "http://[fe80::1%eth0]/",
                "http://[::1/",
                "http://::1/",
                "http://[::1]x/",
                "http://[v1.x]/",
                "http://[127.0.0.1]/",
                "http://[::ffff:127.1]/",
                "http://[]/",
                "http://example.org/a[b]|c",
                "http://example.org/%zz"
            })
    void whatCouldBeReadInAnotherWayIsRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OutgoingUrl.parse(text))
                .withMessageContaining("expected");
    }

    @Test
    void longOnesAreRefusedAndRefusalsHoldNoSecrets() {
        String label = "a".repeat(63);
        assertThat(OutgoingUrl.parse("http://" + label + ".example/").host()).startsWith(label);
        List<String> long1 = List.of(
                "http://a" + label + ".example/",
                "http://" + IntStream.range(0, 130).mapToObj(_ -> "a").collect(Collectors.joining(".")) + "/",
                "http://example.org/" + "x".repeat(2000));
        assertThat(long1)
                .allSatisfy(text -> assertThatIllegalArgumentException().isThrownBy(() -> OutgoingUrl.parse(text)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OutgoingUrl.parse("http://user:secret@example.org/?token=secret"))
                .withMessageNotContaining("secret");
        assertThat(OutgoingUrl.parse("http://example.org/secret?token=secret")).hasToString("http://example.org");
    }
}
