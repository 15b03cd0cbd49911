/* Copyright the Carrel authors. */
package dev.carrel.engine.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CookiesTest {
    @TempDir
    Path folder;

    private static String visitorLine(WebRig rig) throws Exception {
        return WebRig.send(rig.to("/open")).headers().firstValue("set-cookie").orElseThrow();
    }

    private static String loginLine(WebRig rig) throws Exception {
        HttpResponse<String> page = WebRig.send(rig.to("/open"));
        HttpResponse<String> response = WebRig.send(rig.to("/sign-in")
                .header(
                        "Cookie",
                        page.headers().firstValue("set-cookie").orElseThrow().split(";", 2)[0])
                .header("X-XSRFToken", page.body().split("\\|", -1)[0])
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString("username=ada&password=correct+horse+battery")));
        return response.headers().firstValue("set-cookie").orElseThrow();
    }

    @Test
    void overHttpTheyAreForThisHostAloneAndNoScriptReadsThem() throws Exception {
        try (WebRig rig = new WebRig(folder)) {
            assertThat(visitorLine(rig)).matches("carrel-visitor=[a-z2-7]{26}; Path=/; HttpOnly; SameSite=Lax");
            assertThat(loginLine(rig))
                    .matches("carrel-login=[A-Za-z0-9_-]{43}; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax");
        }
    }

    @Test
    void overHttpsTheyAreSecureAndBoundToTheHostByTheirNames() throws Exception {
        try (WebRig rig = new WebRig(folder, "https://lab.example.org")) {
            assertThat(visitorLine(rig))
                    .matches("__Host-carrel-visitor=[a-z2-7]{26}; Path=/; Secure; HttpOnly; SameSite=Lax");
            assertThat(loginLine(rig))
                    .matches(
                            "__Host-carrel-login=[A-Za-z0-9_-]{43}; Path=/; Max-Age=2592000; Secure; HttpOnly; SameSite=Lax");
        }
    }

    @Test
    void overHttpsACookieWithoutTheBindingNameIsNobodys() throws Exception {
        try (WebRig rig = new WebRig(folder, "https://lab.example.org")) {
            WebRig.Browser ada = rig.person("ada");
            assertThat(WebRig.status(rig.to("/hub/api/any", ada))).isEqualTo(200);
            assertThat(WebRig.status(rig.to("/hub/api/any").header("Cookie", "carrel-login=" + ada.secret())))
                    .isEqualTo(403);
        }
    }

    @Test
    void signingOutTakesTheCookieBack() throws Exception {
        try (WebRig rig = new WebRig(folder)) {
            HttpResponse<String> response = WebRig.send(rig.post("/sign-out", rig.person("ada")));
            assertThat(response.headers().firstValue("set-cookie"))
                    .contains("carrel-login=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
        }
    }

    @Test
    void junkUnderOurNameDoesNotHideTheRightOne() throws Exception {
        try (WebRig rig = new WebRig(folder)) {
            String right = "carrel-login=" + rig.person("ada").secret();
            for (String line :
                    List.of("carrel-login=junk; " + right, right + "; carrel-login=junk", right + "; " + right)) {
                HttpResponse<String> response = WebRig.send(rig.to("/signed-in").header("Cookie", line));
                assertThat(response.body()).as(line).endsWith("|ada");
            }
            HttpResponse<String> twoLines = WebRig.send(
                    rig.to("/signed-in").header("Cookie", "carrel-login=junk").header("Cookie", right));
            assertThat(twoLines.body()).endsWith("|ada");
        }
    }

    @Test
    void aSecondSignInThatSomebodyPlantedIsNeverTakenForThePersonsOwn() throws Exception {
        try (WebRig rig = new WebRig(folder)) {
            String own = "carrel-login=" + rig.person("root").secret();
            String planted = "carrel-login=" + rig.person("ada").secret();
            for (String line : List.of(planted + "; " + own, own + "; " + planted)) {
                HttpResponse<String> response = WebRig.send(rig.to("/signed-in").header("Cookie", line));
                assertThat(response.statusCode()).isEqualTo(400);
                assertThat(response.body()).contains("cookies.ambiguous");
            }
        }
    }

    @Test
    void aPlantedVisitorMakesAFreshOne() throws Exception {
        try (WebRig rig = new WebRig(folder)) {
            String visitor = visitorLine(rig).split(";", 2)[0];
            HttpResponse<String> alone = WebRig.send(rig.to("/open").header("Cookie", visitor));
            HttpResponse<String> two =
                    WebRig.send(rig.to("/open").header("Cookie", visitor + "; carrel-visitor=" + "a".repeat(26)));
            HttpResponse<String> odd = WebRig.send(rig.to("/open").header("Cookie", "carrel-visitor=<script>"));

            assertThat(alone.headers().firstValue("set-cookie")).isEmpty();
            assertThat(two.headers().firstValue("set-cookie")).isPresent();
            assertThat(odd.headers().firstValue("set-cookie")).isPresent();
        }
    }
}
