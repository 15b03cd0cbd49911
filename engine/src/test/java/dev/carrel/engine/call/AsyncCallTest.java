/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import dev.carrel.engine.deferred.DeferredParts;
import dev.carrel.engine.function.FunctionSpec.Visibility;
import dev.carrel.protocol.worker.FromWorker;
import dev.carrel.protocol.worker.ToWorker;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Asynchronous calls over HTTP: taken, fetched, cancelled, and by whom. */
class AsyncCallTest {
    @TempDir
    Path folder;

    private CallRig rig;

    @BeforeEach
    void open() {
        rig = new CallRig(folder);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private HttpRequest.Builder call(String path) {
        return rig.at("/async-function/" + path);
    }

    private HttpRequest.Builder as(HttpRequest.Builder request, String user, String... scopes) {
        return request.header(
                "Authorization",
                "Bearer " + rig.server.signin.token(user, List.of(scopes)).text());
    }

    private String taken(HttpRequest.Builder request) throws Exception {
        HttpResponse<String> response = CallRig.send(request);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
        String id = CallRig.header(response, "X-Call-Id");
        assertThat(CallRig.header(response, "Location")).isEqualTo("/async-result/" + id);
        assertThat(CallRig.json(response).path("call").asText()).isEqualTo(id);
        assertThat(id).matches("[a-z2-7]{26}");
        return id;
    }

    private HttpRequest.Builder result(String id) {
        return rig.at("/async-result/" + id);
    }

    private HttpResponse<String> fetched(HttpRequest.Builder request) throws Exception {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (true) {
            HttpResponse<String> response = CallRig.send(request);
            if (response.statusCode() != 202
                    || response.headers().firstValue("X-Function-Status").isPresent()) {
                return response;
            }
            assertThat(System.nanoTime()).as(response.body()).isLessThan(until);
        }
    }

    private void silent() {
        rig.machine.work = (worker, message) -> {
            if (!(message instanceof ToWorker.Call)) {
                FakeMachine.ordinary(worker, message);
            }
        };
    }

    private void answers(FromWorker.Answer answer) {
        rig.machine.work = (worker, message) -> {
            if (message instanceof ToWorker.Call call) {
                worker.say(new FromWorker.Answer(
                        call.id(), answer.status(), answer.type(), answer.headers(), false, answer.body()));
            } else {
                FakeMachine.ordinary(worker, message);
            }
        };
    }

    @Test
    void theResultOfACallIsFetchedLater() throws Exception {
        rig.publish(Visibility.PUBLIC);
        answers(new FromWorker.Answer(
                "",
                201,
                "text/html",
                Map.of("X-Own", "1", "Set-Cookie", "carrel-login=x"),
                false,
                "<script>".getBytes(StandardCharsets.UTF_8)));

        String id = taken(call("calc.ada/add/1?k=v")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"args\":[2.50]}")));
        HttpResponse<String> response = fetched(result(id));

        assertThat(response.statusCode()).isEqualTo(201);
        assertThat(response.body()).isEqualTo("<script>");
        assertThat(CallRig.header(response, "Content-Type")).isEqualTo("text/html");
        assertThat(CallRig.header(response, "X-Own")).isEqualTo("1");
        assertThat(response.headers().map()).doesNotContainKey("set-cookie");
        assertThat(CallRig.header(response, "X-Function-Status")).isEqualTo("201");
        assertThat(CallRig.header(response, "X-Carrel-State")).isEqualTo("done");
        assertThat(CallRig.header(response, "X-Carrel-Version")).isEqualTo("1");
        assertThat(CallRig.header(response, "X-Call-Id")).isEqualTo(id);
        assertThat(CallRig.header(response, "Cache-Control")).isEqualTo("no-store");
        assertThat(response.headers().allValues("Content-Security-Policy")).containsExactly("sandbox");
        ToWorker.Call given = rig.machine.given().getLast();
        assertThat(given.arguments()).isEqualTo("[\"1\",2.50]");
        assertThat(given.keywords()).isEqualTo("{\"k\":\"v\"}");
        assertThat(given.handler()).isEqualTo("add");
        assertThat(fetched(result(id)).body()).as("the second time").isEqualTo("<script>");
        assertThat(rig.journals
                        .find(rig.publish(Visibility.PUBLIC).function())
                        .orElseThrow()
                        .calls())
                .singleElement()
                .satisfies(done -> assertThat(done.id()).isEqualTo(id));
    }

    @Test
    void whatIsNotFinishedSaysSoAndCanBeCancelled() throws Exception {
        rig.publish(Visibility.PUBLIC);
        silent();
        String id = taken(call("calc.ada"));
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (rig.machine.given().isEmpty()) {
            assertThat(System.nanoTime()).isLessThan(until);
        }
        HttpResponse<String> response = CallRig.send(result(id));
        assertThat(response.statusCode()).isEqualTo(202);
        assertThat(CallRig.header(response, "Retry-After")).isEqualTo("1");
        assertThat(CallRig.header(response, "X-Carrel-State")).isEqualTo("running");
        JsonNode state = CallRig.json(response);
        assertThat(state.path("state").asText()).isEqualTo("running");
        assertThat(state.path("attempts").asInt()).isEqualTo(1);

        assertThat(CallRig.send(result(id).DELETE()).statusCode()).isEqualTo(204);

        assertThat(CallRig.send(result(id)).statusCode()).isEqualTo(404);
        while (rig.machine.workers.values().stream()
                .noneMatch(w -> w.heard.stream().anyMatch(ToWorker.Cancel.class::isInstance))) {
            assertThat(System.nanoTime()).as("the worker is told").isLessThan(until);
        }
    }

    @Test
    void aResultIsForWhoeverCalledAndForTheOwner() throws Exception {
        rig.publish(Visibility.USERS);
        String id = taken(as(call("calc.ada"), "bob"));

        assertThat(fetched(as(result(id), "bob")).statusCode()).isEqualTo(200);
        assertThat(fetched(as(result(id), "bob", "call:functions!user")).statusCode())
                .isEqualTo(200);
        assertThat(fetched(as(result(id), "bob", "read:users!user")).statusCode())
                .isEqualTo(404);
        assertThat(fetched(result(id)).statusCode()).isEqualTo(404);
        assertThat(fetched(result(id).header("Authorization", "Bearer x")).statusCode())
                .isEqualTo(404);
        assertThat(fetched(as(result(id), "ada")).statusCode()).isEqualTo(200);
        assertThat(fetched(as(result(id), "ada", "read:functions!user")).statusCode())
                .isEqualTo(200);
        assertThat(fetched(as(result(id), "ada", "call:functions!user")).statusCode())
                .isEqualTo(404);
        HttpResponse<String> nothing = fetched(as(result("a".repeat(26)), "ada"));
        HttpResponse<String> foreign = fetched(result(id));
        assertThat(nothing.statusCode()).isEqualTo(404);
        assertThat(CallRig.json(nothing).path("message"))
                .isEqualTo(CallRig.json(foreign).path("message"));
        assertThat(CallRig.send(result(id).DELETE()).statusCode()).isEqualTo(404);

        rig.publish(Visibility.PUBLIC);
        String open = taken(call("calc.ada"));
        assertThat(fetched(result(open)).statusCode()).isEqualTo(200);
        String byBob = taken(as(call("calc.ada"), "bob"));
        assertThat(fetched(result(byBob)).statusCode())
                .as("a public function that was called with a token")
                .isEqualTo(404);
    }

    @Test
    void rightsAndArgumentsAreCheckedAsForOtherCalls() throws Exception {
        rig.publish(Visibility.PRIVATE);
        assertThat(CallRig.send(call("calc.ada")).statusCode()).isEqualTo(404);
        assertThat(CallRig.send(as(call("calc.ada"), "bob")).statusCode()).isEqualTo(404);
        assertThat(CallRig.send(as(call("calc.ada"), "ada", "read:functions!user"))
                        .statusCode())
                .isEqualTo(403);
        rig.publish(2, Visibility.PUBLIC, DispatcherRig.limits(1, 0, 2, 2), List.of(), 0.001);
        HttpResponse<String> broken = CallRig.send(call("calc.ada")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{")));
        assertThat(broken.statusCode()).isEqualTo(400);
        assertThat(CallRig.header(broken, "X-Call-Id")).isNotEmpty();
        HttpResponse<String> often = CallRig.send(call("calc.ada"));
        assertThat(often.statusCode()).isEqualTo(429);
        assertThat(CallRig.json(often).path("code").asText()).isEqualTo("function.rate");
        rig.publish(3, Visibility.PUBLIC, DispatcherRig.limits(1, 0, 2, 2), List.of(), 0);
        assertThat(CallRig.send(call("calc.ada").header("X-Timeout", "soon")).statusCode())
                .isEqualTo(400);
        assertThat(CallRig.send(call("calc.ada").POST(HttpRequest.BodyPublishers.ofString("x".repeat(50_001))))
                        .statusCode())
                .isEqualTo(413);
        assertThat(rig.machine.given()).isEmpty();
    }

    @Test
    void aHandlerThatRaisesIsAResultWithItsTracebackForTheOwner() throws Exception {
        rig.publish(Visibility.PUBLIC);
        rig.machine.work = (worker, message) -> {
            if (message instanceof ToWorker.Call call) {
                worker.say(new FromWorker.Failed(call.id(), FromWorker.Kind.RAISED, "ValueError: no", "line 7"));
            } else {
                FakeMachine.ordinary(worker, message);
            }
        };

        String id = taken(call("calc.ada"));
        HttpResponse<String> response = fetched(result(id));

        assertThat(response.statusCode()).isEqualTo(422);
        assertThat(CallRig.header(response, "X-Carrel-State")).isEqualTo("failed");
        assertThat(CallRig.json(response).path("message").asText()).isEqualTo("ValueError: no");
        assertThat(CallRig.json(response).has("traceback")).isFalse();
        assertThat(CallRig.json(fetched(as(result(id), "ada")))
                        .path("traceback")
                        .asText())
                .isEqualTo("line 7");
        assertThat(rig.machine.given()).hasSize(1);
    }

    @Test
    void anAttemptWhoseWorkerDiedIsRepeated() throws Exception {
        rig.publish(Visibility.PUBLIC);
        AtomicInteger given = new AtomicInteger();
        rig.machine.work = (worker, message) -> {
            if (message instanceof ToWorker.Call && given.getAndIncrement() == 0) {
                worker.die(137, true);
            } else {
                FakeMachine.ordinary(worker, message);
            }
        };

        HttpResponse<String> response = fetched(result(taken(call("calc.ada/add/1"))));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("[\"1\"]{}");
        assertThat(given).hasValue(2);
    }

    @Test
    void aStreamIsGatheredAndAnAnswerThatIsTooLargeIsNotKept() throws Exception {
        rig.publish(Visibility.PUBLIC);
        AtomicInteger parts = new AtomicInteger(3);
        rig.machine.work = (worker, message) -> {
            if (message instanceof ToWorker.Call call) {
                worker.say(new FromWorker.Answer(
                        call.id(), 200, "text/plain", Map.of(), true, "0".getBytes(StandardCharsets.UTF_8)));
            } else if (message instanceof ToWorker.More more) {
                for (int i = 0; i < parts.get(); i++) {
                    worker.say(
                            new FromWorker.Chunk(more.id(), "x".repeat(10_000).getBytes(StandardCharsets.UTF_8)));
                }
                worker.say(new FromWorker.End(more.id(), null));
            } else {
                FakeMachine.ordinary(worker, message);
            }
        };

        assertThat(fetched(result(taken(call("calc.ada")))).body())
                .hasSize(30_001)
                .isEqualTo(rig.get("calc.ada").body());
        parts.set(6);
        HttpResponse<String> large = fetched(result(taken(call("calc.ada"))));
        assertThat(large.statusCode()).isEqualTo(422);
        assertThat(CallRig.json(large).path("code").asText()).isEqualTo("function.result");
    }

    @Test
    void aCallThatWantedItsResultSoonerSaysSo() throws Exception {
        rig.publish(Visibility.PUBLIC);
        silent();

        HttpResponse<String> response = fetched(result(taken(call("calc.ada").header("X-Timeout", "200ms"))));

        assertThat(response.statusCode()).isEqualTo(408);
    }

    @Test
    void theVersionThatWasCalledServesOrIsSaidToBeGone() throws Exception {
        rig.publish(1, Visibility.PUBLIC, DispatcherRig.limits(1, 0, 1, 2), List.of(), 0);
        silent();
        String first = taken(call("calc.ada"));
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (rig.machine.given().isEmpty()) {
            assertThat(System.nanoTime()).isLessThan(until);
        }
        rig.functions.delete(rig.publish(1, Visibility.PUBLIC, DispatcherRig.limits(1, 0, 1, 2), List.of(), 0)
                .function());
        rig.machine.living().forEach(worker -> worker.die(1, false));

        HttpResponse<String> response = fetched(result(first));

        assertThat(response.statusCode()).isEqualTo(410);
        assertThat(CallRig.json(response).path("code").asText()).isEqualTo("function.gone");
    }

    @Test
    void thereAreNoMoreThanMayBeAndTheOwnerSeesThem() throws Exception {
        rig.publish(Visibility.PUBLIC);
        silent();
        for (int i = 0; i < DeferredParts.PER_OWNER; i++) {
            taken(call("calc.ada/add"));
        }
        HttpResponse<String> full = CallRig.send(call("calc.ada/add"));
        assertThat(full.statusCode()).isEqualTo(429);
        assertThat(CallRig.header(full, "Retry-After")).isEqualTo("10");
        assertThat(CallRig.json(full).path("code").asText()).isEqualTo("function.too-many");

        HttpResponse<String> list = CallRig.send(as(rig.at("/hub/api/functions/ada/calc/async-calls?limit=5"), "ada"));
        assertThat(list.statusCode()).isEqualTo(200);
        JsonNode calls = CallRig.json(list).path("calls");
        assertThat(calls).hasSize(5);
        assertThat(calls.get(0).path("handler").asText()).isEqualTo("add");
        assertThat(CallRig.send(as(rig.at("/hub/api/functions/ada/calc/async-calls"), "bob"))
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void theResultIsSentWhereTheCallerWantsIt() throws Exception {
        rig.publish(Visibility.PUBLIC);
        rig.functions.secrets = Map.of("CALLBACK_KEY", "key");
        Map<String, String> headers = new ConcurrentHashMap<>();
        BlockingQueue<String> bodies = new LinkedBlockingQueue<>();
        HttpServer receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/", exchange -> {
            exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.getFirst()));
            bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        receiver.start();
        try {
            String url = "http://127.0.0.1:" + receiver.getAddress().getPort() + "/r?token=secret";
            String id = taken(as(call("calc.ada/add/1"), "bob").header("X-Callback-Url", url));

            assertThat(bodies.poll(20, TimeUnit.SECONDS)).isEqualTo("[\"1\"]{}");
            assertThat(headers)
                    .containsEntry("Content-type", "application/json")
                    .containsEntry("X-call-id", id)
                    .containsEntry("X-function-name", "calc.ada")
                    .containsEntry("X-function-status", "200")
                    .doesNotContainKeys("Authorization", "Cookie");
            assertThat(headers.get("X-carrel-signature")).matches("t=\\d+,v1=[0-9a-f]{64}");
            assertThat(rig.machine.given().getLast().headers()).doesNotContainKey("x-callback-url");
            assertThat(fetched(as(result(id), "bob")).body()).isEqualTo("[\"1\"]{}");
            HttpRequest.Builder list = as(rig.at("/hub/api/functions/ada/calc/async-calls"), "ada");
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            String seen = CallRig.send(list).body();
            while (!seen.contains("\"delivered\"")) {
                assertThat(System.nanoTime()).as(seen).isLessThan(until);
                seen = CallRig.send(list).body();
            }
            assertThat(seen).doesNotContain("secret");
        } finally {
            receiver.stop(0);
        }
    }

    @Test
    void whereNothingIsSentIsSaidAtOnce() throws Exception {
        rig.publish(Visibility.PUBLIC);
        for (String url : List.of(
                "ftp://example.org/",
                "http://169.254.169.254/latest",
                "http://[::1]:8080/",
                "http://127.0.0.1:22/",
                "http://2130706433:8080/",
                "http://user:pass@example.org:8080/")) {
            HttpResponse<String> response = CallRig.send(call("calc.ada").header("X-Callback-Url", url));
            assertThat(response.statusCode()).as(url).isEqualTo(400);
            assertThat(CallRig.json(response).path("code").asText()).isEqualTo("function.callback");
        }
        assertThat(rig.machine.given()).isEmpty();
    }

    @Test
    void pagesOfTheFunctionsOriginsMayFetchResults() throws Exception {
        rig.publish(1, Visibility.PUBLIC, DispatcherRig.limits(1, 0, 2, 2), List.of("https://example.org"), 0);
        String id = taken(call("calc.ada").header("Origin", "https://example.org"));

        HttpResponse<String> response = fetched(result(id).header("Origin", "https://example.org"));
        HttpResponse<String> asked = CallRig.send(result(id)
                .header("Origin", "https://example.org")
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody()));

        assertThat(CallRig.header(response, "Access-Control-Allow-Origin")).isEqualTo("https://example.org");
        assertThat(CallRig.header(response, "Access-Control-Expose-Headers")).contains("X-Function-Status");
        assertThat(CallRig.header(asked, "Access-Control-Allow-Methods")).contains("DELETE");
        assertThat(fetched(result(id).header("Origin", "https://evil.example"))
                        .headers()
                        .map())
                .doesNotContainKey("access-control-allow-origin");
    }
}
