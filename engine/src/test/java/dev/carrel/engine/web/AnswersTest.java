/* Copyright the Carrel authors. */
package dev.carrel.engine.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.engine.signin.Refusal;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands in every answer, and how errors are told. */
class AnswersTest {
    @TempDir
    Path folder;

    @TempDir
    Path second;

    private WebRig rig;

    @BeforeEach
    void open() {
        rig = new WebRig(folder);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private static String header(HttpResponse<String> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    @Test
    void everyAnswerOfAnyStatusCarriesTheSecurityHeaders() throws Exception {
        Map<String, Integer> places = Map.of(
                "/open",
                200,
                "/elsewhere",
                303,
                "/signed-in",
                302,
                "/hub/api/any",
                403,
                "/missing",
                404,
                "/refused/TOO_MANY",
                429,
                "/broken",
                500,
                "/refused/BUSY",
                503);
        for (var place : places.entrySet()) {
            HttpResponse<String> response = WebRig.send(rig.to(place.getKey()));

            assertThat(response.statusCode()).as(place.getKey()).isEqualTo(place.getValue());
            assertThat(header(response, "content-security-policy"))
                    .contains(
                            "default-src 'self'",
                            "object-src 'none'",
                            "base-uri 'none'",
                            "frame-ancestors 'none'",
                            "form-action 'self'")
                    .doesNotContain("unsafe");
            assertThat(header(response, "x-content-type-options")).isEqualTo("nosniff");
            assertThat(header(response, "x-frame-options")).isEqualTo("DENY");
            assertThat(header(response, "referrer-policy")).isEqualTo("same-origin");
            assertThat(header(response, "cross-origin-opener-policy")).isEqualTo("same-origin");
            assertThat(header(response, "strict-transport-security")).isEmpty();
        }
    }

    @Test
    void overHttpsBrowsersAreToldToStayThere() throws Exception {
        try (WebRig https = new WebRig(second, "https://lab.example.org")) {
            assertThat(header(WebRig.send(https.to("/missing")), "strict-transport-security"))
                    .contains("max-age=31536000");
        }
    }

    @Test
    void errorsArePagesForPeopleAndJsonForPrograms() throws Exception {
        HttpResponse<String> page = WebRig.send(rig.to("/missing").header("Accept", "text/html,*/*;q=0.8"));
        HttpResponse<String> program = WebRig.send(rig.to("/missing").header("Accept", "*/*"));
        HttpResponse<String> api = WebRig.send(rig.to("/hub/api/failure").header("Accept", "text/html"));

        assertThat(header(page, "content-type")).startsWith("text/html");
        assertThat(header(program, "content-type")).startsWith("application/json");
        assertThat(api.body()).isEqualTo("{\"status\":404,\"message\":\"No such user.\",\"code\":\"user.not-found\"}");
        assertThat(header(api, "cache-control")).isEqualTo("no-store");
    }

    @Test
    void whatBrokeInsideIsToldToNobodyButFoundByItsId() throws Exception {
        HttpResponse<String> response = WebRig.send(rig.to("/broken"));

        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(response.body())
                .doesNotContain("secret cause", "IllegalState", "at dev.carrel")
                .containsPattern("\"error_id\":\"[0-9a-f]{12}\"");
    }

    @Test
    void refusalsHaveTheirStatusAndSayWhenToComeAgain() throws Exception {
        Map<Refusal.Kind, Integer> statuses = Map.of(
                Refusal.Kind.INVALID, 400,
                Refusal.Kind.WRONG_CREDENTIALS, 403,
                Refusal.Kind.FORBIDDEN, 403,
                Refusal.Kind.UNKNOWN, 404,
                Refusal.Kind.CONFLICT, 409,
                Refusal.Kind.TOO_MANY, 429,
                Refusal.Kind.BUSY, 503);
        for (Refusal.Kind kind : Refusal.Kind.values()) {
            HttpResponse<String> response = WebRig.send(rig.to("/refused/" + kind));
            assertThat(response.statusCode()).isEqualTo(statuses.get(kind));
            assertThat(header(response, "retry-after")).isEqualTo("7");
        }
    }

    @Test
    void hostsThatAreNotOursAreMisdirected() throws Exception {
        for (String host : List.of(
                "evil.example",
                "ada--main.localhost",
                "localhost.evil.example",
                "localhost.",
                "127.0.0.2",
                "[::2]:80")) {
            assertThat(rig.raw("GET /open HTTP/1.1\r\nHost: " + host + "\r\n"))
                    .as(host)
                    .startsWith("HTTP/1.1 421");
        }
        for (String host : List.of("localhost", "LocalHost:8000", "127.0.0.1:" + rig.server.port(), "[::1]:8000")) {
            assertThat(rig.raw("GET /open HTTP/1.1\r\nHost: " + host + "\r\n"))
                    .as(host)
                    .startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void theHostOfThePublicAddressIsOurs() throws Exception {
        try (WebRig https = new WebRig(second, "https://lab.example.org")) {
            assertThat(https.raw("GET /open HTTP/1.1\r\nHost: lab.example.org\r\n"))
                    .startsWith("HTTP/1.1 200");
            assertThat(https.raw("GET /open HTTP/1.1\r\nHost: ada--main.lab.example.org\r\n"))
                    .startsWith("HTTP/1.1 421");
        }
    }

    @Test
    void ofForwardedAddressesOnlyTheLastIsBelieved() throws Exception {
        assertThat(WebRig.send(rig.to("/whence")).body()).isEqualTo("127.0.0.1");
        assertThat(WebRig.send(rig.to("/whence").header("X-Forwarded-For", "203.0.113.9"))
                        .body())
                .isEqualTo("203.0.113.9");
        assertThat(WebRig.send(rig.to("/whence").header("X-Forwarded-For", "1.2.3.4, 203.0.113.9"))
                        .body())
                .isEqualTo("203.0.113.9");
        assertThat(WebRig.send(rig.to("/whence")
                                .header("X-Forwarded-For", "1.2.3.4")
                                .header("X-Forwarded-For", "203.0.113.9"))
                        .body())
                .isEqualTo("203.0.113.9");
        assertThat(WebRig.send(rig.to("/whence").header("X-Forwarded-For", "1.2.3.4, 2001:db8::1"))
                        .body())
                .isEqualTo("2001:db8:0:0:0:0:0:1");
    }

    @Test
    void aForwardedAddressThatIsNoneIsNotBelieved() throws Exception {
        for (String junk : List.of("", "unknown", "evil.example", "1.2.3.4, ", "x".repeat(1000))) {
            assertThat(WebRig.send(rig.to("/whence").header("X-Forwarded-For", junk))
                            .body())
                    .as(junk)
                    .isEqualTo("127.0.0.1");
        }
    }
}
