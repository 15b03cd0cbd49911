/* Copyright the Carrel authors. */
package dev.carrel.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Calls come in at the first of two instances, which has room for one worker only, and that one is busy. The steps build on one another. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CallsOfTwoInstancesIT {
    private static final String CALC = """
            import time
            def add(a, b):
              return float(a) + float(b)
            def slow(name):
              print("slow", name, flush=True)
              time.sleep(8)
              return "late"
            def steps():
              for i in range(3):
                yield f"{i} "
                time.sleep(0.2)
            """;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private Pair pair;
    private Carrel one;
    private Carrel two;
    private Api atOne;
    private Api atTwo;

    @RegisterExtension
    final AfterTestExecutionCallback telling = context -> {
        if (context.getExecutionException().isPresent()) {
            System.out.println(context.getDisplayName() + " failed" + one.logs() + "\n--- the second" + two.logs());
        }
    };

    @BeforeAll
    void start() throws Exception {
        pair = Pair.of(
                Carrel.prepared().with("CARREL_CALLS_MAX_WORKERS", "1").with("CARREL_CALLS_WARM_CELLS", "0"),
                Carrel.prepared().with("CARREL_CALLS_WARM_CELLS", "0"));
        one = pair.one();
        two = pair.two();
        one.addUser("alice", "alice's long pass phrase", false);
        pair.start();
        String token = one.token("alice");
        atOne = new Api(one, token);
        atTwo = new Api(two, token);
    }

    @AfterAll
    void stop() throws Exception {
        pair.close();
    }

    private void publish(String name, String code, Map<String, Object> more) {
        ObjectNode spec = Carrel.JSON.createObjectNode().put("code", code).put("visibility", "public");
        more.forEach((field, value) -> spec.set(field, Carrel.JSON.valueToTree(value)));
        Api.Answer answer = atOne.send("PUT", "/hub/api/functions/alice/" + name, spec.toString());
        assertThat(answer.status()).as(answer.body()).isIn(200, 201);
    }

    private CompletableFuture<HttpResponse<String>> call(Carrel door, String path) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(door.url() + path))
                .timeout(Duration.ofSeconds(60))
                .build();
        return http.sendAsync(request, HttpResponse.BodyHandlers.ofString());
    }

    private static String instance(HttpResponse<String> answer) {
        return answer.headers().firstValue("X-Carrel-Instance").orElse("");
    }

    /** What an instance says of a function: its figures of all versions together. */
    private static int sum(Api at, String function, String figure) {
        int sum = 0;
        for (JsonNode version :
                at.get("/hub/api/functions/alice/" + function + "/stats").json().path("versions")) {
            sum += version.path(figure).asInt();
        }
        return sum;
    }

    @Test
    @Order(1)
    void aCallForWhichTheFirstHasNoRoomIsServedByTheSecond() throws Exception {
        publish("hold", "import time\ndef f(): time.sleep(300)", Map.of("timeout", 600));
        var _ = call(one, "/function/hold.alice");
        Awaitility.await().atMost(Carrel.seconds(30)).until(() -> sum(atOne, "hold", "running") == 1);
        publish("calc", CALC, Map.of("concurrency", 8, "max_workers", 2, "queue", 300));

        HttpResponse<String> answer = call(one, "/function/calc.alice/add/1/2").get(60, TimeUnit.SECONDS);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("3.0");
        assertThat(instance(answer)).isEqualTo("two");
        assertThat(answer.headers().firstValue("X-Carrel-Start")).contains("cold");
        // Its pages hear of a function that was published elsewhere within seconds.
        Awaitility.await().atMost(Carrel.seconds(10)).until(() -> sum(atTwo, "calc", "ready") == 1);
        HttpResponse<String> warm = call(one, "/function/calc.alice/add/3/4").get(60, TimeUnit.SECONDS);
        assertThat(warm.body()).isEqualTo("7.0");
        assertThat(warm.headers().firstValue("X-Carrel-Start")).contains("warm");
        assertThat(atTwo.get("/hub/api/functions/alice/calc/stats")
                        .json()
                        .path("calls")
                        .asInt())
                .isEqualTo(2);
        assertThat(atOne.get("/hub/api/functions/alice/calc/stats")
                        .json()
                        .path("calls")
                        .asInt())
                .isZero();
        assertThat(atOne.get("/hub/api/functions/alice/calc/calls")
                        .json()
                        .path("calls")
                        .path(0)
                        .path("instance")
                        .asText())
                .isEqualTo("two");
    }

    @Test
    @Order(2)
    void aStreamComesThroughBoth() throws Exception {
        HttpResponse<String> answer = call(one, "/function/calc.alice/steps").get(60, TimeUnit.SECONDS);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("0 1 2 ");
        assertThat(instance(answer)).isEqualTo("two");
    }

    @Test
    @Order(3)
    void twoHundredCallsAtOnceOverflowToTheSecond() throws Exception {
        long began = System.nanoTime();
        List<CompletableFuture<HttpResponse<String>>> calls = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            calls.add(call(one, "/function/calc.alice/add/" + i + "/1"));
        }

        for (int i = 0; i < 200; i++) {
            HttpResponse<String> answer = calls.get(i).get(60, TimeUnit.SECONDS);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo((i + 1) + ".0");
            assertThat(instance(answer)).isEqualTo("two");
        }
        System.out.println("200 calls over the hop took " + (System.nanoTime() - began) / 1_000_000 + " ms");
    }

    @Test
    @Order(4)
    void whenTheSecondIsKilledInTheMiddleItsCallHasOneAnswerAndOthersAreToldSo() throws Exception {
        CompletableFuture<HttpResponse<String>> call = call(one, "/function/calc.alice/slow/only");
        Awaitility.await()
                .atMost(Carrel.seconds(20))
                .until(() ->
                        atTwo.get("/hub/api/functions/alice/calc/logs").body().contains("slow only"));

        two.kill("engine");

        HttpResponse<String> answer = call.get(30, TimeUnit.SECONDS);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(502);
        assertThat(answer.body()).contains("function.worker-died", "instance two");
        // Its launcher starts it again, and calls go on; until then they are told that there is no room, or wait for
        // it.
        Awaitility.await().atMost(Carrel.seconds(60)).untilAsserted(() -> {
            HttpResponse<String> again =
                    call(one, "/function/calc.alice/add/1/2").get(60, TimeUnit.SECONDS);
            assertThat(again.statusCode()).as(again.body()).isIn(200, 502, 503);
            assertThat(again.body()).isEqualTo("3.0");
        });
    }
}
