/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.engine.session.SessionState;
import dev.carrel.engine.web.Access;
import dev.carrel.http.server.Route;
import dev.carrel.ui.Assets;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every page keeps, found by the inventory of routes, so that a new page is covered the day it is added. */
class PagePromisesTest {
    @TempDir
    Path folder;

    private PageRig rig;
    private TestBrowser root;

    @BeforeEach
    void start() throws IOException {
        rig = new PageRig(folder);
        root = rig.signedIn("root", true);
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void askingChangesNothing() {
        rig.sessions.put(PageRig.address("root", ""), SessionState.READY);
        rig.sessions.put(PageRig.address("root", "x"), SessionState.STOPPED);

        for (Route route : pages("GET")) {
            assertThat(root.get(path(route)).statusCode()).as(path(route)).isLessThan(500);
        }

        assertThat(rig.sessions.changes()).isEmpty();
        assertThat(root.get("/hub/home").statusCode()).isEqualTo(200);
    }

    @Test
    void noChangeWithoutTheTokenOfItsOwnForm() {
        for (Route route : pages("POST")) {
            String path = path(route);
            assertThat(root.postWith("", path).statusCode()).as(path).isEqualTo(403);
            assertThat(root.postWith("x" + root.xsrf(), path).statusCode())
                    .as(path)
                    .isEqualTo(403);
        }
        assertThat(rig.sessions.changes()).isEmpty();
        assertThat(root.get("/hub/home").statusCode()).isEqualTo(200);
    }

    @Test
    void strangersReachTheOpenPagesOnly() {
        for (Route route : pages("GET")) {
            HttpResponse<String> answer = rig.browser().get(path(route));
            boolean open = route.tag(Access.class).orElseThrow() instanceof Access.Open;
            boolean sentToSignIn =
                    answer.statusCode() == 302 && TestBrowser.onward(answer).startsWith("/hub/login");
            assertThat(sentToSignIn).as(path(route)).isEqualTo(!open);
        }
    }

    @Test
    void everyAnswerIsGuardedAndPagesAreKeptByNobody() {
        rig.sessions.put(PageRig.address("root", ""), SessionState.READY);
        for (TestBrowser browser : List.of(root, rig.browser())) {
            for (Route route : pages("GET")) {
                HttpResponse<String> answer = browser.get(path(route));
                String policy =
                        answer.headers().firstValue("Content-Security-Policy").orElse("");
                assertThat(policy)
                        .as(path(route))
                        .contains(
                                "default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'")
                        .doesNotContain("unsafe");
                assertThat(answer.headers().firstValue("X-Content-Type-Options"))
                        .contains("nosniff");
                if (answer.headers().firstValue("Content-Type").orElse("").startsWith("text/html")) {
                    assertThat(answer.headers().firstValue("Cache-Control"))
                            .as(path(route))
                            .contains("no-store");
                }
            }
        }
    }

    @Test
    void assetsMayBeKeptForEver() {
        Assets assets = new Assets();
        for (String name : assets.names()) {
            HttpResponse<String> answer = root.get(assets.url(name));
            assertThat(answer.statusCode()).as(name).isEqualTo(200);
            assertThat(answer.headers().firstValue("Cache-Control").orElse("")).contains("immutable");
            assertThat(answer.headers().firstValue("Content-Type"))
                    .contains(assets.find(name).orElseThrow().contentType());
        }
        assertThat(root.get("/hub/static/nothing.css").statusCode()).isEqualTo(404);
        assertThat(root.get("/hub/static/..%2ftemplates%2flayout.ftlh").statusCode())
                .isIn(400, 404);
        assertThat(TestBrowser.onward(root.get("/favicon.ico"))).isEqualTo(assets.url("logo.svg"));
        assertThat(root.get("/robots.txt").body()).contains("Disallow: /");
    }

    @Test
    void anUnknownPageSaysSoAndShowsAWayOn() {
        HttpResponse<String> known = root.get("/hub/nothing-here");
        HttpResponse<String> stranger = rig.browser().get("/hub/nothing-here");

        assertThat(known.statusCode()).isEqualTo(404);
        assertThat(known.body()).contains("Nothing here", "href=\"/hub/home\"");
        assertThat(stranger.statusCode()).isEqualTo(404);
        assertThat(stranger.body()).contains("href=\"/hub/login\"").doesNotContain("Sign out");
    }

    private List<Route> pages(String method) {
        List<Route> pages = rig.server().routes().stream()
                .filter(route -> route.method().equals(method))
                .filter(route -> !route.pattern().startsWith("/hub/static/"))
                // Calls of functions and what programs ask of them come with them, and have tests of their own.
                .filter(route -> !Set.<Access>of(Access.CALL, Access.API)
                        .contains(route.tag(Access.class).orElseThrow()))
                .toList();
        assertThat(pages).hasSizeGreaterThan(9);
        return pages;
    }

    private static String path(Route route) {
        return route.pattern()
                .replace("{user}", "root")
                .replace("{server}", "x")
                .replace("{name}", "root")
                .replace("{path...}", "lab")
                .replaceAll("\\{[^}]+}", "x1");
    }
}
