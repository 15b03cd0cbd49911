/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.carrel.engine.function.FunctionSpec.Visibility;
import dev.carrel.protocol.worker.FromWorker;
import dev.carrel.protocol.worker.ToWorker;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logs, calls and numbers, for those who may see them. */
class JournalEndpointsTest {
    private static final String BASE = "/hub/api/functions/ada/calc/";

    @TempDir
    Path folder;

    private CallRig rig;

    @BeforeEach
    void open() throws Exception {
        rig = new CallRig(folder);
        rig.publish(Visibility.PUBLIC);
        rig.machine.work = (worker, message) -> {
            if (message instanceof ToWorker.Call call) {
                worker.say(new FromWorker.Log(call.id(), "at work on " + call.arguments()));
            }
            FakeMachine.ordinary(worker, message);
        };
        CallRig.send(rig.to("calc.ada/add/1").header("X-Call-Id", "first"));
        CallRig.send(rig.to("calc.ada/add/2").header("X-Call-Id", "second"));
    }

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    private HttpResponse<String> get(String path, String user) throws Exception {
        return CallRig.send(rig.at(BASE + path).header("Authorization", "token " + rig.token(user)));
    }

    @Test
    void theOwnerAndAdministratorsSeeWhatWasPrinted() throws Exception {
        JsonNode all = CallRig.json(get("logs", "root")).path("lines");
        assertThat(all).hasSize(2);
        assertThat(all.get(0).path("text").asText()).isEqualTo("at work on [\"1\"]");
        assertThat(all.get(0).path("call").asText()).isEqualTo("first");
        assertThat(CallRig.json(get("logs?call=second", "root")).path("lines")).hasSize(1);
        assertThat(CallRig.json(get("logs?tail=1", "root"))
                        .path("lines")
                        .get(0)
                        .path("call")
                        .asText())
                .isEqualTo("second");
        assertThat(get("logs?tail=many", "root").statusCode()).isEqualTo(400);
    }

    @Test
    void oneGoesOnWhereOneWas() throws Exception {
        JsonNode first =
                CallRig.json(get("logs?tail=1&since=1", "root")).path("lines").get(0);
        assertThat(first.path("number").asLong()).isEqualTo(2);
        assertThat(first.path("instance").asText()).isEqualTo("north");
        assertThat(CallRig.json(get("logs?since=0", "root")).path("lines")).hasSize(2);
        assertThat(CallRig.json(get("logs?since=2", "root")).path("lines")).isEmpty();
        assertThat(CallRig.json(get("logs?since=2020-01-01T00:00:00%2B01:00", "root"))
                        .path("lines"))
                .hasSize(2);
        assertThat(CallRig.json(get("logs?since=2999-01-01T00:00:00Z", "root")).path("lines"))
                .isEmpty();
        assertThat(get("logs?since=yesterday", "root").body()).contains("expected: the number of a line");
    }

    @Test
    void nobodyElseLearnsEvenThatThereIsOne() throws Exception {
        for (String path : new String[] {"logs", "calls", "stats"}) {
            HttpResponse<String> there = get(path, "bob");
            HttpResponse<String> nowhere = CallRig.send(
                    rig.at("/hub/api/functions/ada/none/" + path).header("Authorization", "token " + rig.token("bob")));
            assertThat(there.statusCode()).as(path).isEqualTo(404);
            assertThat(there.body()).isEqualTo(nowhere.body());
            assertThat(CallRig.send(rig.at(BASE + path)).statusCode()).isEqualTo(403);
        }
    }

    @Test
    void theLastCallsAndTheNumbers() throws Exception {
        JsonNode calls = CallRig.json(get("calls", "root")).path("calls");
        assertThat(calls).hasSize(2);
        assertThat(calls.get(0).path("id").asText()).isEqualTo("second");
        assertThat(calls.get(0).path("status").asInt()).isEqualTo(200);
        assertThat(calls.get(0).path("handler").asText()).isEqualTo("add");
        assertThat(calls.get(1).path("cold").asBoolean()).isTrue();

        JsonNode stats = CallRig.json(get("stats", "root"));
        assertThat(stats.path("calls").asInt()).isEqualTo(2);
        assertThat(stats.path("failed").asInt()).isZero();
        assertThat(stats.path("versions").get(0).path("idle").asInt()).isEqualTo(1);
        assertThat(rig.metrics
                        .get("carrel.function.calls")
                        .tag("function", "calc.ada")
                        .tag("start", "warm")
                        .timer()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void whatIsPrintedFromNowOnIsFollowed() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), rig.server.port())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write(("GET " + BASE
                                    + "logs?follow=true&tail=1 HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: token "
                                    + rig.token("root") + "\r\n\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            assertThat(next(lines)).contains("\"call\":\"second\"");
            CallRig.send(rig.to("calc.ada/add/3").header("X-Call-Id", "third"));
            assertThat(next(lines)).contains("\"call\":\"third\"");
            rig.functions.delete(rig.publish(Visibility.PUBLIC).function());
            assertThat(next(lines)).contains("The function was deleted.");
        }
    }

    private static String next(BufferedReader lines) throws Exception {
        String line = lines.readLine();
        while (line != null && !line.startsWith("data:")) {
            line = lines.readLine();
        }
        return String.valueOf(line);
    }
}
