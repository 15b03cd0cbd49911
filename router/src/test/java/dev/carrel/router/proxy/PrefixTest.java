/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrefixTest {
    private static final String PREFIX = "/user/a/ports/d";
    private static final String ORIGIN = "http://a--main.localhost:8000";

    @ParameterizedTest
    @CsvSource({
        "/x, /user/a/ports/d/x",
        "/, /user/a/ports/d/",
        "/user/a/ports/d/x, /user/a/ports/d/x",
        "/user/a/ports/d?x, /user/a/ports/d?x",
        "/user/a/ports/dx, /user/a/ports/d/user/a/ports/dx",
        "x/y, x/y",
        "../x, ../x",
        "?a=b, ?a=b",
        "//elsewhere.example/x, //elsewhere.example/x",
        "https://elsewhere.example/x, https://elsewhere.example/x",
        "http://a--main.localhost:8000/x, http://a--main.localhost:8000/user/a/ports/d/x",
        "http://a--main.localhost:8000, http://a--main.localhost:8000/user/a/ports/d/",
        "HTTP://A--main.localhost:8000/x, http://a--main.localhost:8000/user/a/ports/d/x",
        "http://a--main.localhost:80000/x, http://a--main.localhost:80000/x",
        "http://a--main.localhost:8000@evil.example/, http://a--main.localhost:8000@evil.example/"
    })
    void redirectsOfTheApplicationToItselfStayWithIt(String said, String seen) {
        assertThat(Prefix.location(said, PREFIX, ORIGIN)).isEqualTo(seen);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a=1 | a=1",
                "a=1; Path=/ | a=1; Path=/user/a/ports/d/",
                "a=1; path=/x; HttpOnly | a=1; Path=/user/a/ports/d/x; HttpOnly",
                "a=1;Path=/user/a/ports/d/x | a=1; Path=/user/a/ports/d/x",
                "path=/; Path=/ | path=/; Path=/user/a/ports/d/",
                "a=1; Path=x | a=1; Path=x",
                "a=1; Path= | a=1; Path=",
                "a=1; Path=/; Path=/y | a=1; Path=/user/a/ports/d/; Path=/user/a/ports/d/y"
            })
    void cookiesOfTheApplicationHoldForItAlone(String said, String kept) {
        assertThat(Prefix.cookie(said, PREFIX)).isEqualTo(kept);
    }
}
