/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.carrel.engine.call.FakeMachine.FakeWorker;
import dev.carrel.engine.function.FunctionSpec;
import dev.carrel.engine.function.FunctionSpec.Visibility;
import dev.carrel.protocol.worker.FromWorker;
import dev.carrel.protocol.worker.ToWorker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every row of the table of errors. */
class CallErrorsTest {
    private static final FunctionSpec.WorkLimits SHORT =
            new FunctionSpec.WorkLimits(0, 0, Duration.ofMillis(300), 1, 0, 1, 1, Duration.ofMinutes(1));

    @TempDir
    Path folder;

    private CallRig rig;

    @BeforeEach
    void open() {
        rig = new CallRig(folder);
    }

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    private static void silent(FakeWorker worker, ToWorker message) {
        if (!(message instanceof ToWorker.Call)) {
            FakeMachine.ordinary(worker, message);
        }
    }

    private void fails(FromWorker.Kind kind) {
        rig.machine.work = (worker, message) -> {
            if (message instanceof ToWorker.Call call) {
                worker.say(new FromWorker.Failed(call.id(), kind, "ValueError: no", "Traceback: line 7"));
            } else {
                FakeMachine.ordinary(worker, message);
            }
        };
    }

    private static void check(HttpResponse<String> response, int status, String code, String message)
            throws IOException {
        JsonNode body = CallRig.json(response);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(body.path("status").asInt()).isEqualTo(status);
        assertThat(body.path("code").asText()).isEqualTo(code);
        assertThat(body.path("message").asText()).contains(message);
        assertThat(body.path("call").asText()).isNotEmpty().isEqualTo(CallRig.header(response, "X-Call-Id"));
        assertThat(CallRig.header(response, "Content-Security-Policy")).isEqualTo("sandbox");
    }

    private static void await(BooleanSupplier condition) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited for too long").isLessThan(until);
            Thread.onSpinWait();
        }
    }

    private CompletableFuture<HttpResponse<String>> async(HttpRequest.Builder request) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return CallRig.send(request);
                    } catch (IOException | InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                },
                task -> Thread.ofVirtual().start(task));
    }

    @Test
    void argumentsThatDoNotFit() throws Exception {
        rig.publish(Visibility.PUBLIC);
        fails(FromWorker.Kind.ARGUMENTS);

        check(rig.get("calc.ada"), 400, "function.arguments", "ValueError");
    }

    @Test
    void credentials() throws Exception {
        rig.publish(Visibility.USERS);

        HttpResponse<String> none = rig.get("calc.ada");
        check(none, 401, "function.credentials", "token");
        assertThat(CallRig.header(none, "WWW-Authenticate")).startsWith("Bearer");
        check(CallRig.send(rig.to("calc.ada", "root")), 403, "function.forbidden", "named users");
        check(
                CallRig.send(rig.to("calc.ada").header("Authorization", "Bearer nonsense")),
                403,
                "function.forbidden",
                "not valid");
    }

    @Test
    void aPrivateFunctionLooksLikeNone() throws Exception {
        rig.publish(Visibility.PRIVATE);
        for (HttpRequest.Builder[] pair : new HttpRequest.Builder[][] {
            {rig.to("calc.ada"), rig.to("none.ada")},
            {rig.to("calc.ada", "bob"), rig.to("none.ada", "bob")},
            {
                rig.to("calc.ada").header("Authorization", "token x"),
                rig.to("none.ada").header("Authorization", "token x")
            }
        }) {
            HttpResponse<String> there = CallRig.send(pair[0].header("X-Call-Id", "c"));
            HttpResponse<String> nowhere = CallRig.send(pair[1].header("X-Call-Id", "c"));
            check(there, 404, "function.not-found", "no such function");
            assertThat(there.body()).isEqualTo(nowhere.body());
            assertThat(there.headers().map().keySet())
                    .isEqualTo(nowhere.headers().map().keySet());
        }
    }

    @Test
    void unknownHandler() throws Exception {
        rig.publish(Visibility.PUBLIC);
        fails(FromWorker.Kind.UNKNOWN_HANDLER);

        check(rig.get("calc.ada"), 404, "function.handler", "main, add");
    }

    @Test
    void theCallersOwnTime() throws Exception {
        rig.publish(Visibility.PUBLIC);
        rig.machine.work = CallErrorsTest::silent;

        check(
                CallRig.send(rig.to("calc.ada").header("X-Timeout", "100ms")),
                408,
                "function.caller-timeout",
                "X-Timeout");
        check(CallRig.send(rig.to("calc.ada").header("X-Timeout", "soon")), 400, "function.timeout", "\"soon\"");
        assertThat(rig.machine.living().getFirst().heard).hasAtLeastOneElementOfType(ToWorker.Cancel.class);
    }

    @Test
    void theHandlerRaised() throws Exception {
        rig.publish(Visibility.PUBLIC);
        fails(FromWorker.Kind.RAISED);

        HttpResponse<String> stranger = rig.get("calc.ada");
        check(stranger, 422, "function.raised", "ValueError: no");
        assertThat(stranger.body()).doesNotContain("Traceback");
        assertThat(CallRig.send(rig.to("calc.ada", "bob")).body()).doesNotContain("Traceback");
        HttpResponse<String> owner = CallRig.send(rig.to("calc.ada", "ada"));
        assertThat(CallRig.json(owner).path("traceback").asText()).isEqualTo("Traceback: line 7");
    }

    @Test
    void aResultThatCannotBeSent() throws Exception {
        rig.publish(Visibility.PUBLIC);
        fails(FromWorker.Kind.RESULT);

        check(rig.get("calc.ada"), 422, "function.result", "ValueError");
    }

    @Test
    void tooOften() throws Exception {
        rig.publish(1, Visibility.PUBLIC, DispatcherRig.limits(1, 0, 1, 9), List.of(), 0.01);
        assertThat(rig.get("calc.ada").statusCode()).isEqualTo(200);

        HttpResponse<String> response = rig.get("calc.ada");
        check(response, 429, "function.rate", "0.01 times a second");
        assertThat(Integer.parseInt(CallRig.header(response, "Retry-After"))).isBetween(90, 100);
        assertThat(CallRig.send(rig.to("calc.ada", "bob")).statusCode()).isEqualTo(200);
    }

    @Test
    void tooManyOfOneOwnersAtOnce() throws Exception {
        rig.close();
        rig = new CallRig(folder.resolve("other"), Duration.ofSeconds(30), 1);
        rig.publish(1, Visibility.PUBLIC, DispatcherRig.limits(1, 0, 1, 9), List.of(), 0);
        rig.machine.work = CallErrorsTest::silent;
        CompletableFuture<HttpResponse<String>> first = async(rig.to("calc.ada"));
        await(() -> !rig.machine.given().isEmpty());

        HttpResponse<String> second = rig.get("calc.ada");
        check(second, 429, "function.too-many", ": 1.");
        assertThat(CallRig.header(second, "Retry-After")).isEqualTo("1");
        rig.machine
                .living()
                .getFirst()
                .say(FakeCrew.answer(rig.machine.given().getFirst().id(), "x", false));
        assertThat(first.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        rig.machine.work = FakeMachine::ordinary;
        assertThat(rig.get("calc.ada").statusCode()).isEqualTo(200);
    }

    @Test
    void theWorkerDied() throws Exception {
        rig.publish(Visibility.PUBLIC);
        rig.machine.work = (worker, message) -> {
            if (message instanceof ToWorker.Call) {
                worker.die(137, true, "Killed");
            } else {
                FakeMachine.ordinary(worker, message);
            }
        };

        check(rig.get("calc.ada"), 502, "function.worker-died", "want of memory");
    }

    @Test
    void asManyWaitAsMay() throws Exception {
        rig.publish(1, Visibility.PUBLIC, DispatcherRig.limits(1, 0, 1, 1), List.of(), 0);
        rig.machine.work = CallErrorsTest::silent;
        List<CompletableFuture<HttpResponse<String>>> held = new ArrayList<>();
        held.add(async(rig.to("calc.ada")));
        await(() -> !rig.machine.given().isEmpty());
        held.add(async(rig.to("calc.ada")));
        await(() -> rig.calls
                        .standing(
                                CallTarget.of(List.of("calc.ada")).orElseThrow().function())
                        .getFirst()
                        .state()
                        .waiting()
                == 1);

        HttpResponse<String> response = rig.get("calc.ada");
        check(response, 503, "function.full", ": 1.");
        assertThat(CallRig.header(response, "Retry-After")).isEqualTo("1");
        rig.machine.work = FakeMachine::ordinary;
        rig.machine
                .living()
                .getFirst()
                .say(FakeCrew.answer(rig.machine.given().getFirst().id(), "x", false));
        for (CompletableFuture<HttpResponse<String>> each : held) {
            assertThat(each.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void noWorkerCameUpInTime() throws Exception {
        rig.close();
        rig = new CallRig(folder.resolve("other"), Duration.ofMillis(300), 100);
        rig.publish(Visibility.PUBLIC);
        rig.machine.silent = true;

        HttpResponse<String> response = rig.get("calc.ada");
        check(response, 503, "function.no-worker", "came up in time");
        assertThat(CallRig.header(response, "Retry-After")).isNotEmpty();
    }

    @Test
    void theCodeDoesNotStart() throws Exception {
        rig.publish(Visibility.PUBLIC);
        rig.machine.work = (worker, message) -> {
            if (message instanceof ToWorker.Init) {
                worker.say(new FromWorker.Unfit("SyntaxError", "line 1"));
            }
        };

        HttpResponse<String> stranger = rig.get("calc.ada");
        check(stranger, 503, "function.paused", "does not start");
        assertThat(stranger.body()).doesNotContain("SyntaxError");
        assertThat(Integer.parseInt(CallRig.header(stranger, "Retry-After"))).isBetween(9, 10);
        HttpResponse<String> owner = CallRig.send(rig.to("calc.ada", "ada"));
        assertThat(CallRig.json(owner).path("traceback").asText()).contains("SyntaxError", "line 1");
    }

    @Test
    void theFunctionsOwnTime() throws Exception {
        rig.publish(1, Visibility.PUBLIC, SHORT, List.of(), 0);
        rig.machine.work = CallErrorsTest::silent;

        check(rig.get("calc.ada"), 504, "function.timeout", "300 ms");

        await(() -> rig.machine.living().isEmpty());
        rig.machine.work = FakeMachine::ordinary;
        assertThat(rig.get("calc.ada").statusCode()).isEqualTo(200);
    }

    @Test
    void aClientThatGoesCancelsItsCall() throws Exception {
        rig.publish(Visibility.PUBLIC);
        rig.machine.work = CallErrorsTest::silent;
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), rig.server.port())) {
            socket.getOutputStream()
                    .write("GET /function/calc.ada HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
                            .getBytes(StandardCharsets.ISO_8859_1));
            await(() -> !rig.machine.given().isEmpty());
        }

        await(() -> rig.machine.living().stream()
                .flatMap(w -> w.heard.stream())
                .anyMatch(ToWorker.Cancel.class::isInstance));
    }

    @Test
    void aStreamThatBreaksOffCutsTheConnection() throws Exception {
        rig.publish(Visibility.PUBLIC);
        rig.machine.work = (worker, message) -> {
            switch (message) {
                case ToWorker.Call call ->
                    worker.say(new FromWorker.Answer(call.id(), 200, "text/plain", Map.of(), true, new byte[0]));
                case ToWorker.More more -> {
                    worker.say(new FromWorker.Chunk(more.id(), "half".getBytes(StandardCharsets.UTF_8)));
                    worker.say(new FromWorker.End(more.id(), "ValueError"));
                }
                default -> FakeMachine.ordinary(worker, message);
            }
        };

        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> rig.get("calc.ada")))
                .isInstanceOf(IOException.class);
    }
}
