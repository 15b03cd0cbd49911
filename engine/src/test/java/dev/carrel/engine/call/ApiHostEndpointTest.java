/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.engine.function.FunctionSpec;
import dev.carrel.engine.function.FunctionSpec.Visibility;
import dev.carrel.protocol.worker.FromWorker;
import dev.carrel.protocol.worker.ToWorker;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the router leads here of the host {@code api.…}. */
class ApiHostEndpointTest {
    @TempDir
    Path folder;

    private CallRig rig;

    @BeforeEach
    void open() {
        rig = new CallRig(folder);
        rig.publish(Visibility.PUBLIC);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private HttpResponse<String> get(String path) throws Exception {
        return CallRig.send(rig.at("/api-host" + path));
    }

    private void fails(FromWorker.Kind kind) {
        rig.machine.work = (worker, message) -> {
            if (message instanceof ToWorker.Call call) {
                worker.say(new FromWorker.Failed(call.id(), kind, "api exception : -2", ""));
            } else {
                FakeMachine.ordinary(worker, message);
            }
        };
    }

    @Test
    void aNameOfTheInstallationsLeadsToItsFunction() throws Exception {
        HttpResponse<String> response = get("/sums/add/1/a%2Fb?k=v&n=1&n=2");

        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("[\"1\",\"a/b\"]{\"k\":\"v\",\"n\":[\"1\",\"2\"]}");
        assertThat(rig.machine.given().getLast().handler()).isEqualTo("add");
        assertThat(CallRig.header(response, "content-security-policy")).isEqualTo("sandbox");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "/sums", "/sums/", "/gone/add", "/calc.ada/add", "/Sums/add", "/../hub/api"})
    void everythingElseIsNotThere(String path) throws Exception {
        assertThat(get(path).statusCode()).isEqualTo(404);
    }

    @Test
    void errorsHaveJuliaBoxesStatuses() throws Exception {
        fails(FromWorker.Kind.RAISED);
        HttpResponse<String> raised = get("/sums/add");
        assertThat(raised.statusCode()).isEqualTo(500);
        assertThat(CallRig.json(raised).path("status").asInt()).isEqualTo(500);
        assertThat(CallRig.json(raised).path("code").asText()).isEqualTo("function.raised");

        fails(FromWorker.Kind.UNKNOWN_HANDLER);
        assertThat(get("/sums/sub").statusCode()).isEqualTo(404);
        assertThat(CallRig.send(rig.at("/api-host/sums/add").header("X-Timeout", "no"))
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void whatRunsTooLongIs408() throws Exception {
        FunctionSpec.WorkLimits brief =
                new FunctionSpec.WorkLimits(0, 0, Duration.ofMillis(200), 1, 0, 2, 2, Duration.ofMinutes(1));
        rig.publish(2, Visibility.PUBLIC, brief, List.of(), 0);
        rig.machine.work = (worker, message) -> {
            if (!(message instanceof ToWorker.Call)) {
                FakeMachine.ordinary(worker, message);
            }
        };

        assertThat(get("/sums/add").statusCode()).isEqualTo(408);
    }

    @Test
    void whoMayCallIsAsElsewhere() throws Exception {
        rig.publish(2, Visibility.PRIVATE, DispatcherRig.limits(1, 0, 2, 2), List.of(), 0);

        assertThat(get("/sums/add").statusCode()).isEqualTo(404);
        assertThat(CallRig.send(rig.at("/api-host/sums/add").header("Authorization", "Bearer " + rig.token("ada")))
                        .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"calc", "calc=alice", "=alice/calc", "a b=alice/calc", "calc=alice/CALC", "calc=al/ice/"})
    void aNameThatLeadsNowhereIsRefused(String entry) {
        assertThatThrownBy(() -> new ApiSettings(List.of(entry)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("names: \"" + entry + "\"")
                .hasMessageContaining("(expected: name=owner/function");
        assertThatThrownBy(() -> new ApiSettings(List.of("a=ada/x", "a=bob/x")))
                .hasMessageContaining("the name is another one's already");
    }
}
