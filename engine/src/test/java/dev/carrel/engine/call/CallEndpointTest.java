/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.carrel.engine.function.FunctionSpec.Visibility;
import dev.carrel.protocol.worker.FromWorker;
import dev.carrel.protocol.worker.ToWorker;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a request becomes for a worker, and a worker's answer for the client. */
class CallEndpointTest {
    @TempDir
    Path folder;

    private CallRig rig;

    @BeforeEach
    void open() {
        rig = new CallRig(folder);
        rig.publish(Visibility.PUBLIC);
    }

    @AfterEach
    void close() throws Exception {
        rig.close();
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

    private ToWorker.Call last() {
        return rig.machine.given().getLast();
    }

    @Test
    void pathPartsAndTheQueryAreArguments() throws Exception {
        HttpResponse<String> response = rig.get("calc.ada/add/1/a%2Fb?k=v&n=1&n=2&empty=");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("[\"1\",\"a/b\"]{\"k\":\"v\",\"n\":[\"1\",\"2\"],\"empty\":\"\"}");
        assertThat(last().handler()).isEqualTo("add");
        assertThat(last().method()).isEqualTo("GET");
        assertThat(CallRig.header(response, "X-Carrel-Start")).isEqualTo("cold");
        assertThat(CallRig.header(response, "X-Carrel-Version")).isEqualTo("1");
        assertThat(CallRig.header(rig.get("calc.ada"), "X-Carrel-Start")).isEqualTo("warm");
        assertThat(last().handler()).isEmpty();
    }

    @Test
    void aJsonBodyIsArgumentsOrOneArgument() throws Exception {
        String json = "application/json; charset=utf-8";
        assertThat(rig.post("calc.ada/add/0", json, "{\"args\":[1, 2.50],\"kwargs\":{\"k\":null}}")
                        .body())
                .isEqualTo("[\"0\",1,2.50]{\"k\":null}");
        assertThat(rig.post("calc.ada", json, "{\"kwargs\":{\"k\":1}}").body()).isEqualTo("[]{\"k\":1}");
        assertThat(rig.post("calc.ada", json, "{\"args\":[1],\"more\":2}").body())
                .isEqualTo("[{\"args\":[1],\"more\":2}]{}");
        assertThat(rig.post("calc.ada", json, "{}").body()).isEqualTo("[{}]{}");
        assertThat(rig.post("calc.ada", json, "[1,2]").body()).isEqualTo("[[1,2]]{}");
        assertThat(rig.post("calc.ada", json, "").body()).isEqualTo("[]{}");
        HttpResponse<String> broken = rig.post("calc.ada", json, "{\"a\":");
        assertThat(broken.statusCode()).isEqualTo(400);
        assertThat(CallRig.json(broken).path("message").asText()).contains("not JSON at line 1");
        assertThat(rig.post("calc.ada?k=2", json, "{\"kwargs\":{\"k\":1}}").statusCode())
                .isEqualTo(400);
    }

    @Test
    void formsAreKeywordsAndFilesInThemAreRefused() throws Exception {
        assertThat(rig.post("calc.ada?k=1", "application/x-www-form-urlencoded", "k=2&b=x+y")
                        .body())
                .isEqualTo("[]{\"k\":[\"1\",\"2\"],\"b\":\"x y\"}");
        String part = "--b\r\nContent-Disposition: form-data; name=\"k\"%s\r\n\r\nvalue\r\n--b--\r\n";
        String type = "multipart/form-data; boundary=b";
        assertThat(rig.post("calc.ada", type, part.formatted("")).body()).isEqualTo("[]{\"k\":\"value\"}");
        HttpResponse<String> file = rig.post("calc.ada", type, part.formatted("; filename=\"f\""));
        assertThat(file.statusCode()).isEqualTo(415);
        assertThat(CallRig.json(file).path("message").asText()).contains("as the body");
    }

    @Test
    void anyOtherBodyIsHandedOverAsItIs() throws Exception {
        rig.post("calc.ada", "text/csv; header=present", "a,b\n");

        assertThat(last().type()).isEqualTo("text/csv; header=present");
        assertThat(last().body()).isEqualTo("a,b\n".getBytes(StandardCharsets.UTF_8));
        assertThat(last().arguments()).isEqualTo("[]");
    }

    @Test
    void handlersSeeHeadersButNoCredentials() throws Exception {
        CallRig.send(rig.to("calc.ada", "ada")
                .header("X-Mine", "1")
                .header("Cookie", "carrel-login=x")
                .header("X-Carrel-Identity", "x"));

        assertThat(last().headers()).containsEntry("x-mine", "1").containsKey("user-agent");
        assertThat(last().headers()).doesNotContainKeys("authorization", "cookie", "x-carrel-identity");
    }

    @Test
    void aBodyThatIsTooLargeIsRefused() throws Exception {
        HttpResponse<String> response = rig.post("calc.ada", "text/plain", "x".repeat(100_001));

        assertThat(response.statusCode()).isEqualTo(413);
        assertThat(CallRig.json(response).path("call").asText()).isEqualTo(CallRig.header(response, "X-Call-Id"));
        assertThat(rig.post("calc.ada", "application/json", "\"" + "x".repeat(100_001) + "\"")
                        .statusCode())
                .isEqualTo(413);
        assertThat(rig.post("calc.ada", "text/plain", "x".repeat(100_000)).statusCode())
                .isEqualTo(200);
        assertThat(rig.machine.given()).hasSize(1);
    }

    @Test
    void theCallersIdOfACallIsKeptWhenItIsWellFormed() throws Exception {
        assertThat(CallRig.header(CallRig.send(rig.to("calc.ada").header("X-Call-Id", "mine-1")), "X-Call-Id"))
                .isEqualTo("mine-1");
        assertThat(CallRig.header(CallRig.send(rig.to("calc.ada").header("X-Call-Id", "not mine!")), "X-Call-Id"))
                .matches("[0-9a-f]{10,32}");
    }

    @Test
    void anAnswerIsHarmlessOnTheSitesHost() throws Exception {
        answers(new FromWorker.Answer(
                "",
                201,
                "text/html",
                Map.of(
                        "Set-Cookie", "carrel-login=x",
                        "X-Own", "1",
                        "Content-Security-Policy", "default-src *",
                        "Connection", "close",
                        "Clear-Site-Data", "*",
                        "Access-Control-Allow-Origin", "*",
                        "X-Carrel-Version", "9",
                        "Bad Name", "x"),
                false,
                "<script>".getBytes(StandardCharsets.UTF_8)));

        HttpResponse<String> response = rig.get("calc.ada");

        assertThat(response.statusCode()).isEqualTo(201);
        assertThat(response.body()).isEqualTo("<script>");
        assertThat(CallRig.header(response, "Content-Type")).isEqualTo("text/html");
        assertThat(CallRig.header(response, "X-Own")).isEqualTo("1");
        assertThat(response.headers().allValues("Content-Security-Policy")).containsExactly("sandbox");
        assertThat(CallRig.header(response, "X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(CallRig.header(response, "Cache-Control")).isEqualTo("no-store");
        assertThat(response.headers().allValues("X-Carrel-Version")).containsExactly("1");
        assertThat(response.headers().map())
                .doesNotContainKeys("set-cookie", "clear-site-data", "access-control-allow-origin");
    }

    @Test
    void aFunctionMayLetItsAnswerBeCached() throws Exception {
        answers(new FromWorker.Answer(
                "", 200, "text/plain", Map.of("Cache-Control", "max-age=60"), false, new byte[0]));

        assertThat(CallRig.header(rig.get("calc.ada"), "Cache-Control")).isEqualTo("max-age=60");
    }

    @Test
    void aHandlerThatIsNotThereIsNamedWithThoseThatAre() throws Exception {
        rig.get("calc.ada");
        HttpResponse<String> response = rig.get("calc.ada/sub");

        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(CallRig.json(response).path("message").asText()).contains("\"sub\"", "main, add");
        assertThat(rig.machine.given()).hasSize(1);
    }

    @Test
    void aVersionCanBeNamed() throws Exception {
        rig.publish(2, Visibility.PUBLIC, DispatcherRig.limits(1, 0, 2, 2), List.of(), 0);

        assertThat(CallRig.header(rig.get("calc:1.ada"), "X-Carrel-Version")).isEqualTo("1");
        assertThat(CallRig.header(rig.get("calc.ada"), "X-Carrel-Version")).isEqualTo("2");
        assertThat(rig.get("calc:9.ada").statusCode()).isEqualTo(404);
    }

    @Test
    void namesThatCannotBeFunctionsAreNotFound() throws Exception {
        for (String path : List.of("", "calc", "calc.", ".ada", "Calc.ada", "calc:.ada", "calc.a%2Fb", "x.ada")) {
            HttpResponse<String> response = rig.get(path);
            assertThat(response.statusCode()).as(path).isEqualTo(404);
            JsonNode body = CallRig.json(response);
            assertThat(body.path("code").asText()).as(path).isEqualTo("function.not-found");
            assertThat(body.path("call").asText()).isEqualTo(CallRig.header(response, "X-Call-Id"));
        }
    }

    @Test
    void aStreamedAnswerComesBitByBit() throws Exception {
        rig.machine.work = (worker, message) -> {
            switch (message) {
                case ToWorker.Call call ->
                    worker.say(new FromWorker.Answer(call.id(), 200, "text/plain", Map.of(), true, new byte[0]));
                case ToWorker.More more -> {
                    worker.say(new FromWorker.Chunk(more.id(), "one ".getBytes(StandardCharsets.UTF_8)));
                    worker.say(new FromWorker.Chunk(more.id(), "two".getBytes(StandardCharsets.UTF_8)));
                    worker.say(new FromWorker.End(more.id(), null));
                }
                default -> FakeMachine.ordinary(worker, message);
            }
        };

        assertThat(rig.get("calc.ada").body()).isEqualTo("one two");
        HttpResponse<String> head =
                CallRig.send(rig.to("calc.ada").method("HEAD", HttpRequest.BodyPublishers.noBody()));
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(rig.journals
                        .of(rig.functions
                                .find(
                                        CallTarget.of(List.of("calc.ada"))
                                                .orElseThrow()
                                                .function(),
                                        "")
                                .orElseThrow()
                                .function())
                        .calls())
                .extracting(Journal.Done::status)
                .containsExactly(200, 200);
    }

    @Test
    void pagesOfNamedOriginsMayCall() throws Exception {
        rig.publish(2, Visibility.PUBLIC, DispatcherRig.limits(1, 0, 2, 2), List.of("https://a.example"), 0);

        HttpResponse<String> good = CallRig.send(rig.to("calc.ada").header("Origin", "https://a.example"));
        assertThat(CallRig.header(good, "Access-Control-Allow-Origin")).isEqualTo("https://a.example");
        assertThat(CallRig.header(good, "Vary")).isEqualTo("Origin");
        HttpResponse<String> other = CallRig.send(rig.to("calc.ada").header("Origin", "https://b.example"));
        assertThat(other.headers().map()).doesNotContainKey("access-control-allow-origin");
        assertThat(CallRig.header(other, "Vary")).isEqualTo("Origin");

        HttpRequest.Builder asks = rig.to("calc.ada")
                .header("Origin", "https://a.example")
                .header("Access-Control-Request-Method", "POST")
                .header("Access-Control-Request-Headers", "x-mine")
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody());
        HttpResponse<String> preflight = CallRig.send(asks);
        assertThat(preflight.statusCode()).isEqualTo(204);
        assertThat(CallRig.header(preflight, "Access-Control-Allow-Headers")).contains("Authorization", "x-mine");
        assertThat(CallRig.header(preflight, "Access-Control-Allow-Methods")).contains("POST");
        assertThat(preflight.headers().map()).doesNotContainKey("access-control-allow-credentials");
        HttpResponse<String> refused = CallRig.send(rig.to("calc.ada")
                .header("Origin", "https://b.example")
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody()));
        assertThat(refused.headers().map()).doesNotContainKey("access-control-allow-methods");
    }
}
