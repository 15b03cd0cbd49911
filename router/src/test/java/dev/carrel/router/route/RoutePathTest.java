/* Copyright the Carrel authors. */
package dev.carrel.router.route;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How paths are compared, and how a session's base path is spelled for its server. */
class RoutePathTest {
    private static final String BASE = "/user/ada%2Blab@example.org/";

    @ParameterizedTest
    @CsvSource({
        "/user/ada%2Blab@example.org/api?x=%40, /user/ada%2Blab@example.org/api?x=%40",
        "/user/ada+lab@example.org/api?x=%40, /user/ada%2Blab@example.org/api?x=%40",
        "/user/ada%2blab%40example%2Eorg/, /user/ada%2Blab@example.org/",
        "/user/ada%2Blab%40example.org/a%20b/c, /user/ada%2Blab@example.org/a%20b/c",
        // Not this session's base path: left alone.
        "/user/ada%2Blab%40example.org, /user/ada%2Blab%40example.org",
        "/user%2Fada%2Blab@example.org/x, /user%2Fada%2Blab@example.org/x",
        "/user/bob/x, /user/bob/x",
        "/, /",
        "*, *",
    })
    void aBasePathIsSpelledAsTheServerKnowsIt(String target, String sent) {
        assertThat(RoutePath.respell(target, BASE)).isEqualTo(sent);
    }

    @Property
    void aSpellingIsOnlyEverAnotherOneOfTheSamePath(@ForAll String rest) {
        String target = "/user/ada+lab%40example.org/" + rest;
        String sent = RoutePath.respell(target, BASE);

        assertThat(RoutePath.decode(sent)).isEqualTo(RoutePath.decode(target));
        assertThat(sent).isEqualTo(BASE + rest);
    }
}
