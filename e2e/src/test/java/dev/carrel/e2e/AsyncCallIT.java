/* Copyright the Carrel authors. */
package dev.carrel.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Calls that nobody waits for, with real containers, a real receiver and an engine that is killed. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AsyncCallIT {
    private Carrel carrel;
    private Api alice;
    private Api nobody;
    private HttpServer receiver;
    private final List<String> received = new CopyOnWriteArrayList<>();

    @RegisterExtension
    final AfterTestExecutionCallback telling = context -> {
        if (context.getExecutionException().isPresent()) {
            System.out.println(context.getDisplayName() + " failed" + carrel.logs());
        }
    };

    @BeforeAll
    void start() throws Exception {
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            received.add(exchange.getRequestHeaders().getFirst("X-Call-Id") + " "
                    + exchange.getRequestHeaders().getFirst("X-Function-Status") + " " + body);
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        receiver.start();
        carrel = Carrel.prepared()
                .with("CARREL_OUTGOING_ALLOWED_ADDRESSES", "[127.0.0.1]")
                .with("CARREL_OUTGOING_PORTS", "[" + receiver.getAddress().getPort() + "]");
        carrel.succeed("setup");
        carrel.addUser("alice", "alice's long pass phrase", false);
        carrel.start();
        alice = new Api(carrel, carrel.token("alice"));
        nobody = new Api(carrel, "");
        Api.Answer published = alice.send("PUT", "/hub/api/functions/alice/slow", """
                {"code": "import time\\ndef add(a, b):\\n  time.sleep(4)\\n  return float(a) + float(b)", "visibility": "public"}""");
        assertThat(published.status()).as(published.body()).isEqualTo(201);
    }

    @AfterAll
    void stop() {
        receiver.stop(0);
        carrel.close();
    }

    private Api.Answer call(String path) {
        return nobody.send(
                "POST",
                path,
                "",
                "X-Callback-Url",
                "http://127.0.0.1:" + receiver.getAddress().getPort() + "/result");
    }

    private JsonNode call(int number) {
        return alice.get("/hub/api/functions/alice/slow/async-calls")
                .json()
                .path("calls")
                .path(number);
    }

    @Test
    void aCallOutlivesTheEngineAndItsResultIsThereAndDeliveredOnce() throws Exception {
        Api.Answer taken = call("/async-function/slow.alice/add/1/2");
        assertThat(taken.status()).as(taken.body()).isEqualTo(202);
        String id = taken.json().path("call").asText();
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> nobody.get("/async-result/" + id).body().contains("\"running\""));

        carrel.kill("engine");

        Awaitility.await().atMost(Duration.ofSeconds(60)).ignoreExceptions().untilAsserted(() -> {
            Api.Answer result = nobody.get("/async-result/" + id);
            assertThat(result.status()).as(result.body()).isEqualTo(200);
            assertThat(result.body()).isEqualTo("3.0");
        });
        assertThat(call(0).path("attempts").asInt()).isEqualTo(2);
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> call(0).path("callback").path("state").asText().equals("delivered"));
        assertThat(received).containsExactly(id + " 200 3.0");
        assertThat(nobody.get("/async-result/" + id).body()).isEqualTo("3.0");
        assertThat(nobody.delete("/async-result/" + id).status()).isEqualTo(204);
        assertThat(nobody.get("/async-result/" + id).status()).isEqualTo(404);
    }
}
