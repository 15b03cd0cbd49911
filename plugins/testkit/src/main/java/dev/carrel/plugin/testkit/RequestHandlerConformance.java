/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.plugin.PluginRequest;
import dev.carrel.plugin.PluginResponse;
import dev.carrel.plugin.RequestHandler;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A {@link RequestHandler}: whatever is asked, it answers, and nothing that the asker wrote runs in a browser. */
@Timeout(120)
public abstract class RequestHandlerConformance {
    /** Headers that Carrel passes on, besides those that begin with {@code x-ID-}. */
    private static final Set<String> HEADERS = Set.of(
            "cache-control",
            "content-disposition",
            "content-language",
            "etag",
            "last-modified",
            "location",
            "retry-after",
            "vary");

    private RequestHandler handler = _ -> PluginResponse.text(404, "not begun");

    /** For subclasses. */
    protected RequestHandlerConformance() {}

    /** The subject. */
    protected abstract RequestHandler handler();

    /** The plugin's id. */
    protected abstract String plugin();

    /** Requests that it answers with a status below 400; at least one. */
    protected abstract List<PluginRequest> goodRequests();

    @BeforeEach
    final void open() {
        handler = handler();
    }

    private PluginResponse ask(PluginRequest request) throws Exception {
        PluginResponse response = handler.handle(request);
        assertThat(response)
                .as("the answer to %s %s", request.method(), request.path())
                .isNotNull();
        assertThat(response.contentType()).isNotBlank();
        for (String header : response.headers().keySet()) {
            String name = header.toLowerCase(Locale.ROOT);
            assertThat(HEADERS.contains(name) || name.startsWith("x-" + plugin() + "-"))
                    .as("Carrel passes on the header %s", header)
                    .isTrue();
        }
        return response;
    }

    private static PluginRequest like(PluginRequest good, String method, String path, Map<String, List<String>> query) {
        return new PluginRequest(method, path, query, good.headers(), good.body(), good.user(), good.administrator());
    }

    @Test
    void whatItIsForIsAnswered() throws Exception {
        assertThat(goodRequests()).isNotEmpty();
        for (PluginRequest good : goodRequests()) {
            assertThat(ask(good).status()).as(good.path()).isLessThan(400);
        }
    }

    @Test
    void whoMayAskDoesNotChange() {
        assertThat(handler.access())
                .isNotNull()
                .isEqualTo(handler.access())
                .isEqualTo(handler().access());
    }

    @Test
    void pathsThatAreNoneAreAnsweredWithAnError() throws Exception {
        PluginRequest good = goodRequests().getFirst();
        for (String text : Hostile.TEXTS) {
            PluginResponse response = ask(like(good, "GET", "/no-such-place/" + text, Map.of()));
            assertThat(response.status()).isBetween(400, 499);
        }
    }

    @Test
    void oddMethodsAndQueriesAreNoFailure() throws Exception {
        for (PluginRequest good : goodRequests()) {
            for (String method : List.of("GET", "POST", "PUT", "PATCH", "DELETE")) {
                assertThat(ask(like(good, method, good.path(), good.query())).status())
                        .isLessThan(500);
            }
            for (String text : Hostile.TEXTS) {
                Map<String, List<String>> query = new HashMap<>(good.query());
                query.replaceAll((_, _) -> List.of(text));
                query.put("odd", List.of(text, text));
                assertThat(ask(like(good, good.method(), good.path(), query)).status())
                        .isLessThan(500);
            }
        }
    }

    @Test
    void nothingThatWasAskedRunsInABrowser() throws Exception {
        for (PluginRequest good : goodRequests()) {
            Map<String, List<String>> query = new HashMap<>(good.query());
            query.replaceAll((_, _) -> List.of(Hostile.SCRIPT));
            query.put("odd", List.of(Hostile.SCRIPT));
            for (String path : List.of(good.path(), "/" + Hostile.SCRIPT)) {
                PluginResponse response = ask(like(good, good.method(), path, query));
                if (response.contentType().contains("html")) {
                    assertThat(new String(response.body(), StandardCharsets.UTF_8))
                            .doesNotContain(Hostile.SCRIPT);
                }
            }
        }
    }

    @Test
    void nobodyIsAnsweredToo() throws Exception {
        PluginRequest good = goodRequests().getFirst();
        if (handler.access() == RequestHandler.Access.OPEN) {
            PluginRequest stranger = new PluginRequest(
                    good.method(), good.path(), good.query(), good.headers(), good.body(), Optional.empty(), false);
            assertThat(ask(stranger).status()).isLessThan(500);
        } else {
            assertThat(good.user())
                    .as("good requests are those of somebody who may")
                    .isPresent();
        }
    }
}
