/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A client is never sent off our own origin, however the address is dressed up. */
class SafeRedirectTest {
    private static final URI OURS = URI.create("https://carrel.example/hub/login");

    @ParameterizedTest
    @CsvSource({
        "/, /",
        "/hub/home, /hub/home",
        "/hub/home/, /hub/home/",
        "/user/alice/lab?reset, /user/alice/lab?reset",
        "/user/alice/lab/tree/a%20b.ipynb, /user/alice/lab/tree/a%20b.ipynb",
        "/user/al%C3%A9/, /user/al%C3%A9/",
        "/user/alé/, /user/al%C3%A9/",
        "/hub/x?next=/y&a=b%2Fc#part, /hub/x?next=/y&a=b%2Fc#part",
        "/hub/x?next=https://evil.example/, /hub/x?next=https://evil.example/",
        "/a:b@c, /a:b@c",
        "/a/100%25, /a/100%25",
        "/a\"<>, /a%22%3C%3E",
        "/..a/b.., /..a/b..",
    })
    void keepsOurOwnPathsAndWritesThemAnew(String next, String written) {
        assertThat(SafeRedirect.relative(next, "/fallback")).isEqualTo(written);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "x",
                "hub/home",
                "?x",
                "#x",
                ".",
                "..",
                "./x",
                "../x",
                "//evil.example",
                "///evil.example",
                "////evil.example",
                "//evil.example/%2e%2e",
                "/\\evil.example",
                "/\\/evil.example",
                "\\\\evil.example",
                "\\/evil.example",
                "\\evil.example",
                "//\\evil.example",
                "/%5cevil.example",
                "/%5Cevil.example",
                "/%2f%2fevil.example",
                "%2f%2fevil.example",
                "/%2fevil.example",
                "/%2Fevil.example",
                "/%252fevil.example",
                "/%25252fevil.example",
                "/%255cevil.example",
                "/\tevil.example",
                "/\t/evil.example",
                "\t//evil.example",
                "/\n/evil.example",
                "/\r/evil.example",
                "\r\n//evil.example",
                "/%09/evil.example",
                "/%0a/evil.example",
                "/%0d%0aLocation:%20//evil.example",
                "/x\r\nSet-Cookie: a=b",
                "/x\u0000y",
                "/%00/evil.example",
                " //evil.example",
                "/ /evil.example",
                "/%20/evil.example",
                "https:evil.example",
                "https:/evil.example",
                "https://evil.example",
                "https:///evil.example",
                "http:\\\\evil.example",
                "HTTPS://evil.example",
                "javascript:alert(1)",
                "JaVaScRiPt:alert(1)",
                "java\tscript:alert(1)",
                "data:text/html,x",
                "vbscript:x",
                "ftp://evil.example",
                "mailto:a@b",
                "@evil.example",
                "user@evil.example",
                "//user@evil.example",
                "//carrel.example@evil.example",
                "//evil.example:443",
                "//[::1]/",
                "//127.0.0.1",
                "/user/../..//evil.example",
                "/user/..//evil.example",
                "/../evil",
                "/./evil",
                "/.",
                "/..",
                "/a/../b",
                "/a/./b",
                "/a/..",
                "/%2e%2e/x",
                "/%2E%2e//evil.example",
                "/.%2e/x",
                "/%252e%252e/x",
                "/a//b",
                "/a//evil.example",
                "/x//",
                "/\u2024\u2024/x",
                "/\uff0e\uff0e/x",
                "/\uff0fevil.example",
                "/\u2025/x",
                "\uff0f\uff0fevil.example",
                "\u3002\u3002/x",
                "/\u200b/evil.example",
                "/\u202eevil",
                "/\ufeff/evil.example",
                "/\u00a0/evil.example",
                "/\u2028/evil.example",
                "/\u0085/evil.example",
                "/\ud800x",
                "/%c0%af/evil.example",
                "/%ff",
                "/%",
                "/%2",
                "/%zz",
                "/a?\r\nx",
                "/a#\nx",
                "/a?\u0000",
                "/a?x\\y"
            })
    void sendsEverythingElseToTheFallback(String next) {
        assertThat(SafeRedirect.relative(next, "/fallback")).isEqualTo("/fallback");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/hub/home?x=//evil.example",
                "/a:b@c",
                "/..a",
                "/a%20b",
                "/user/al%C3%A9/#//x",
                "/a?@b",
                "/a\"<>"
            })
    void whatItKeepsStaysOnOurOrigin(String next) {
        URI resolved = OURS.resolve(SafeRedirect.relative(next, "/fallback"));

        assertThat(resolved.getScheme()).isEqualTo("https");
        assertThat(resolved.getRawAuthority()).isEqualTo("carrel.example");
    }

    @ParameterizedTest
    @ValueSource(ints = {2048, 2049})
    void isBoundedInLength(int length) {
        String next = "/" + "x".repeat(length - 1);

        assertThat(SafeRedirect.relative(next, "/fallback")).isEqualTo(length <= 2048 ? next : "/fallback");
    }
}
