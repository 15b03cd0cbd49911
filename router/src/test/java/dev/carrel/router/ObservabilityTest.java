/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What an operator sees: metrics, health and one line a request that holds no secret. */
class ObservabilityTest {
    static String ops(RunningRouter router, String path) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + (router.port() + 4) + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    @Test
    void countsRequestsConnectionsAndWebSockets() throws Exception {
        try (RunningRouter router = RunningRouter.start();
                Backend container = Backend.saying("x")) {
            router.ready("alice", container.url());
            for (int i = 0; i < 3; i++) {
                router.get(router.authority("alice"), "/x", "Cookie: " + router.cookie("alice") + "\r\n");
            }
            router.get("elsewhere", "/", "");

            assertThat(ops(router, "/metrics"))
                    .contains("carrel_router_requests_seconds_count{kind=\"session\",status=\"2xx\"} 3")
                    .contains("carrel_router_requests_seconds_count{kind=\"router\",status=\"4xx\"} 1")
                    .contains("carrel_router_upstream_connections_total{outcome=\"connected\"}")
                    .contains("carrel_router_websockets 0.0")
                    .contains("carrel_router_connections ");
            assertThat(ops(router, "/health/ready")).contains("listening");
        }
    }

    @Test
    void logsOneLineARequestWithoutQueryOrSecret() throws Exception {
        RunningRouter router = RunningRouter.start();
        try (Backend container = Backend.saying("four")) {
            router.ready("alice", container.url());
            String ticket = router.ticket("alice");
            router.get(router.authority("alice"), "/.carrel/enter?ticket=" + ticket, "");
            router.get(
                    router.authority("alice"),
                    "/user/alice/api?secret=x",
                    "Authorization: token " + router.apiToken("alice", "self") + "\r\n");
        }
        router.close();

        String log = Files.readString(router.data().logs().resolve("router.log"));
        assertThat(log)
                .containsPattern("access: 127\\.0\\.0\\.1 GET " + router.authority("alice")
                        + "/\\.carrel/enter 302 0/0B [0-9.]+ms router user=- id=\\S+\n")
                .containsPattern("access: 127\\.0\\.0\\.1 GET " + router.authority("alice")
                        + "/user/alice/api 200 0/4B [0-9.]+ms session user=alice id=\\S+\n")
                .doesNotContain("secret=x")
                .doesNotContain("ticket=")
                .doesNotContain("v1.api.")
                .doesNotContain(RunningRouter.UPSTREAM_TOKEN)
                .doesNotContain(RunningRouter.TOKEN);
    }

    @Test
    void aSlowRequestsLineSaysWhereTheTimeWentAndAQuickOnesDoesNot() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        RunningRouter router = RunningRouter.start(Map.of("CARREL_ROUTER_SLOW_REQUEST", "2s"));
        try (Backend target = Backend.of((request, wire) -> {
            if (request.target().equals("/slow")) {
                assertThat(answer.await(20, TimeUnit.SECONDS)).isTrue();
            }
            wire.send(Backend.ok("x"));
        })) {
            router.plainRoute("/", target.url());
            // The first of all loads classes, which may take its time.
            router.get(router.baseAuthority(), "/first", "");
            router.get(router.baseAuthority(), "/quick", "");
            try (RawClient client = router.raw()) {
                client.send("GET /slow HTTP/1.1\r\nHost: " + router.baseAuthority() + "\r\n\r\n");
                for (String next = ""; !next.equals("/slow"); ) {
                    next = target.next().target();
                }
                CompletableFuture.delayedExecutor(2_100, TimeUnit.MILLISECONDS).execute(answer::countDown);
                assertThat(client.answer().text()).isEqualTo("x");
            }
        } finally {
            router.close();
        }

        List<String> lines = Files.readAllLines(router.data().logs().resolve("router.log"));
        assertThat(lines)
                .filteredOn(line -> line.contains("/quick"))
                .singleElement()
                .asString()
                .doesNotContain("took:");
        assertThat(lines)
                .filteredOn(line -> line.contains("/slow"))
                .singleElement()
                .asString()
                .matches(".* took: decided\\+[\\d.]+ (reused|connected)\\+[\\d.]+ sent\\+[\\d.]+ uploaded\\+[\\d.]+ "
                        + "answered\\+[2-9]\\d{3}\\.\\d complete\\+[2-9]\\d{3}\\.\\d over\\+[2-9]\\d{3}\\.\\d");
    }

    @Test
    void asJsonEveryLineHasItsRequestAndItsPassportAsFields() throws Exception {
        RunningRouter router = RunningRouter.start(Map.of("CARREL_LOG_FORMAT", "json", "CARREL_ROUTER_WORKERS", "1"));
        try (Backend container = Backend.saying("four")) {
            router.ready("alice", container.url());
            for (int i = 0; i < 2; i++) {
                try (RawClient client = router.raw()) {
                    client.send("POST /user/alice/api?secret=x HTTP/1.1\r\nHost: " + router.authority("alice")
                            + "\r\nAuthorization: token " + router.apiToken("alice", "self")
                            + "\r\nContent-Length: 2\r\n\r\nhi");
                    assertThat(client.answer().text()).isEqualTo("four");
                }
            }
            router.get("elsewhere", "/", "");
        } finally {
            router.close();
        }

        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(router.data().logs().resolve("router.log"))) {
            JsonNode json = RunningRouter.JSON.readTree(line);
            if (json.path("logger").asText().equals("access")) {
                assertThat(json.path("request").path("status").isInt()).as(line).isTrue();
                // Without a kind: requests to the control API.
                if (json.path("request").has("kind")) {
                    lines.add(json);
                }
            }
        }
        assertThat(lines).hasSize(3);
        JsonNode request = lines.get(1).path("request");
        assertThat(request.path("remote").asText()).isEqualTo("127.0.0.1");
        assertThat(request.path("method").asText()).isEqualTo("POST");
        assertThat(request.path("host").asText()).isEqualTo(router.authority("alice"));
        assertThat(request.path("path").asText()).isEqualTo("/user/alice/api");
        assertThat(request.path("status").intValue()).isEqualTo(200);
        assertThat(request.path("bytesIn").longValue()).isEqualTo(2);
        assertThat(request.path("bytesOut").longValue()).isEqualTo(4);
        assertThat(request.path("kind").asText()).isEqualTo("session");
        assertThat(request.path("user").asText()).isEqualTo("alice");
        assertThat(lines.get(1).path("message").asText())
                .contains(" id=" + request.path("id").asText() + " took: decided+");
        Map<String, Double> took = RunningRouter.JSON.convertValue(request.path("took"), new TypeReference<>() {});
        assertThat(took.keySet())
                .containsExactlyInAnyOrder("decided", "reused", "sent", "uploaded", "answered", "complete", "over");
        assertThat(took.get("over"))
                .isGreaterThanOrEqualTo(took.get("answered"))
                .isLessThanOrEqualTo(request.path("millis").doubleValue() + 0.1);
        assertThat(lines.getLast().at("/request/status").intValue()).isEqualTo(421);
        assertThat(lines.getLast().at("/request/took").properties())
                .extracting(Map.Entry::getKey)
                .containsExactly("decided", "over");
    }

    @Test
    void whatFailedSaysHowFarItCame() throws Exception {
        RunningRouter router = RunningRouter.start();
        try {
            router.plainRoute("/nobody", "http://127.0.0.1:1");
            assertThat(router.get(router.baseAuthority(), "/nobody", "").status())
                    .isEqualTo(503);
        } finally {
            router.close();
        }

        assertThat(Files.readAllLines(router.data().logs().resolve("router.log")))
                .filteredOn(line -> line.contains(" GET ") && line.contains("/nobody"))
                .singleElement()
                .asString()
                .contains(" took: decided+")
                .doesNotContain("sent+");
    }

    @Test
    void everyNumberIsThereFromTheFirst() throws Exception {
        try (RunningRouter router = RunningRouter.start()) {
            assertThat(ops(router, "/metrics"))
                    .contains("carrel_router_requests_seconds_count{kind=\"engine\",status=\"5xx\"} 0")
                    .contains("carrel_router_requests_seconds_bucket{kind=\"session\",status=\"2xx\",le=\"0.1\"} 0")
                    .contains("carrel_router_bytes_total{direction=\"out\"} 0.0")
                    .contains("carrel_router_connections_refused_total 0.0")
                    .contains("carrel_router_routes 0.0")
                    .contains("carrel_router_routes_active{within=\"1h\"} 0.0")
                    .contains("carrel_router_upstream_resting 0.0")
                    .contains("carrel_router_buffers_bytes{area=\"direct\"}");
        }
    }
}
