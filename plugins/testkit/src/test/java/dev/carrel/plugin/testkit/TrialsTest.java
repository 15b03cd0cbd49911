/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.plugin.EventListener;
import dev.carrel.plugin.Extension;
import dev.carrel.plugin.PluginRequest;
import dev.carrel.plugin.PluginResponse;
import dev.carrel.plugin.RequestHandler;
import dev.carrel.plugin.UiSection;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** The kit on a plugin that has no tests at hand. */
class TrialsTest {
    private record Section(boolean escapes) implements UiSection {
        @Override
        public Place place() {
            return Place.HOME;
        }

        @Override
        public String title() {
            return "Hello";
        }

        @Override
        public String html(Viewer viewer) {
            return "<p>" + (escapes ? "somebody" : viewer.user()) + "</p>";
        }
    }

    private static PluginResponse answer(PluginRequest request, int status) {
        return PluginResponse.text(
                request.path().equals("/") && request.method().equals("GET") ? status : 404,
                request.method().toLowerCase(Locale.ROOT));
    }

    @Test
    void whatIsRightPasses() throws Exception {
        List<Extension> extensions = List.of(new Section(true), new Digests(), (RequestHandler) r -> answer(r, 200));

        List<Kit.Result> results = Kit.run("hello", extensions);

        assertThat(results)
                .extracting(Kit.Result::point)
                .containsExactly("UiSection", "PasswordAuthenticator", "RequestHandler");
        assertThat(results).allSatisfy(result -> {
            assertThat(result.failures()).isEmpty();
            assertThat(result.passed()).isGreaterThanOrEqualTo(5);
        });
    }

    @Test
    void whatIsWrongIsNamedWithItsReason() throws Exception {
        Kit.Result result = Kit.run("hello", List.of(new Section(false))).getFirst();

        assertThat(result.failures())
                .singleElement()
                .asString()
                .startsWith("nothingInItRuns: ")
                .contains("<script>");
        assertThat(result.passed()).isPositive();
    }

    @Test
    void whatNeedsItsAuthorOrWouldBeSeenOutsideIsLeftAlone() throws Exception {
        List<Extension> extensions = List.of((RequestHandler) r -> answer(r, 404), (EventListener) _ -> {
            throw new AssertionError("told something that has not happened");
        });

        assertThat(Kit.run("hello", extensions)).isEmpty();
    }
}
