/* Copyright the Carrel authors. */
package dev.carrel.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An image that was made for JuliaBox's API engine serves as it is: started by its own command, told by JuliaBox's variables, asked over JuliaBox's protocol
 * and called in JuliaBox's form. (What it runs is the protocol of JuliaWebAPI, spelled in Python: its Julia is none that can be had any more.)
 */
class JuliaBoxIT {
    private static final String IMAGE = "carrel-e2e/juliaboxapi:latest";

    private static final String RECIPE = """
            FROM carrel/session:latest
            USER 0
            COPY JuliaWebAPI.py /usr/lib/python3/dist-packages/
            USER 1000
            WORKDIR /home/jovyan
            ENTRYPOINT []
            CMD ["python3", "-c", "from JuliaWebAPI import *; process()"]
            """;

    private static final String PROGRAM = """
            import json, os, sys, time, zmq

            def add(a, b): return float(a) + float(b)
            def echo(*args, **vargs): return {"args": args, "vargs": vargs}
            def image(): return [137, 80, 78, 71, 0, 255]
            def fail(): raise ValueError("no")
            def sleep(): time.sleep(60)
            def die(): os._exit(3)
            def about(): return {"env": {k: v for k, v in os.environ.items() if "_" in k}, "argv": sys.argv, "uid": os.getuid(), "pid": os.getpid()}

            CODES = {"success": (200, 0, ""), "invalid_api": (404, -1, "invalid api"), "api_exception": (500, -2, "api exception")}

            def process(specs=None):
                if specs is None:
                    return eval(os.environ["JBAPI_CMD"])
                log = open("apisrvr_" + os.environ["JBAPI_NAME"] + ".log", "w")
                sock = zmq.Context().socket(zmq.REP)
                sock.connect(os.environ["JBAPI_QUEUE"])
                endpoints = {spec[0].__name__: (*spec, False, {})[:3] if len(spec) < 3 else spec for spec in specs}

                def respond(spec, status, data=None):
                    code, number, text = CODES[status]
                    if number != 0 and data is None:
                        data = f"{text} : {number}"
                    if spec is not None and spec[1]:
                        data = {"code": number, "data": data}
                    message = {"nid": os.environ["JBAPI_CID"], "code": code, "data": data}
                    if spec is not None and spec[2]:
                        message["hdrs"] = spec[2]
                    sock.send(json.dumps(message).encode())

                while True:
                    message = json.loads(sock.recv())
                    command = message.get("cmd", "")
                    if command == ":terminate":
                        respond(None, "success", "")
                        break
                    spec = endpoints.get(command)
                    if spec is None:
                        respond(None, "invalid_api")
                        continue
                    try:
                        result = spec[0](*message.get("args", []), **message.get("vargs", {}))
                    except Exception as failure:
                        print(failure, file=log, flush=True)
                        respond(spec, "api_exception")
                    else:
                        respond(spec, "success", result)
            """;

    private static final String COMMAND =
            "process([(add, False), (echo, True), (image, False, {'Content-Type': 'image/png'}), (fail, False), "
                    + "(sleep, False), (die, False), (about, False)])";

    @TempDir
    private Path folder;

    private Carrel carrel;
    private Api ada;

    @Test
    void anImageMadeForJuliaBoxServes() throws Exception {
        Files.writeString(folder.resolve("Dockerfile"), RECIPE);
        Files.writeString(folder.resolve("JuliaWebAPI.py"), PROGRAM);
        try (Carrel running = Carrel.prepared()) {
            carrel = running;
            carrel.succeed("setup");
            Carrel.docker("build", "--quiet", "--tag", IMAGE, folder.toString());
            Files.writeString(carrel.data().resolve("etc/manager-policy.yaml"), """
                    images:
                      allow:
                        - name: default
                          reference: carrel/session:latest
                        - name: juliaboxapi
                          reference: %s
                          juliabox: true
                    """.formatted(IMAGE));
            Files.writeString(carrel.data().resolve("etc/carrel.yaml"), """
                    functions: {runtimes: [python3, juliabox=juliaboxapi]}
                    apis: {names: [sums=ada/calc]}
                    """);
            carrel.addUser("ada", "ada's long pass phrase", false);
            carrel.start();
            ada = new Api(carrel, carrel.token("ada"));
            try {
                publish();
                callsAreAnswered();
                theContainerIsAsJuliaBoxHadIt();
                theHostOfApisAnswersAsJuliaBoxDid();
                endsAreDefinite();
            } catch (AssertionError e) {
                System.out.println(carrel.logs());
                throw e;
            }
        } finally {
            Carrel.exec("", Map.of(), List.of("docker", "rmi", "--force", IMAGE));
        }
    }

    private void publish() {
        ObjectNode spec = Carrel.JSON
                .createObjectNode()
                .put("runtime", "juliabox")
                .put("code", COMMAND)
                .put("visibility", "public")
                .put("timeout", 3);
        Api.Answer answer = ada.send("PUT", "/hub/api/functions/ada/calc", spec.toString());
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
        spec.putObject("environment").put("A", "b");
        assertThat(ada.send("PUT", "/hub/api/functions/ada/calc", spec.toString())
                        .body())
                .contains("environment: 1 (expected: none: the image serves by JuliaBox's protocol");
    }

    private void callsAreAnswered() {
        Api.Answer sum = ada.get("/function/calc.ada/add/1/2");
        assertThat(sum.status()).as(sum.body()).isEqualTo(200);
        assertThat(sum.body()).isEqualTo("3.0");
        assertThat(ada.get("/function/calc.ada/echo/x/y%2Fz?k=v&l=1&l=2").body())
                .isEqualTo(
                        "{\"code\": 0, \"data\": {\"args\": [\"x\", \"y/z\"], \"vargs\": {\"k\": [\"v\"], \"l\": [\"1\", \"2\"]}}}");
        assertThat(ada.get("/function/calc.ada/nothing").status()).isEqualTo(404);
        Api.Answer raised = ada.get("/function/calc.ada/fail");
        assertThat(raised.status()).isEqualTo(422);
        assertThat(raised.json().path("message").asText()).isEqualTo("api exception : -2");
        List<CompletableFuture<Api.Answer>> many = IntStream.range(0, 200)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> ada.get("/function/calc.ada/add/" + i + "/1")))
                .toList();
        for (int i = 0; i < many.size(); i++) {
            assertThat(many.get(i).join().body()).isEqualTo((i + 1) + ".0");
        }
    }

    private void theContainerIsAsJuliaBoxHadIt() {
        JsonNode about = ada.get("/function/calc.ada/about").json();

        assertThat(about.path("uid").asInt()).isEqualTo(1000);
        JsonNode variables = about.path("env");
        List<String> ours = new ArrayList<>();
        variables.fieldNames().forEachRemaining(ours::add);
        assertThat(ours)
                .contains("JBAPI_LOGLEVEL", "JBAPI_NAME", "JBAPI_QUEUE", "JBAPI_CMD", "JBAPI_CID")
                .noneMatch(name -> name.startsWith("CARREL"));
        assertThat(variables.path("JBAPI_NAME").asText()).isEqualTo("calc");
        assertThat(variables.path("JBAPI_CMD").asText()).isEqualTo(COMMAND);
    }

    private Carrel.Ran curl(String path, String... more) {
        URI url = URI.create(carrel.url());
        List<String> command = new ArrayList<>(List.of("curl", "-s", "-i", "--max-time", "30"));
        command.addAll(List.of("--resolve", "api." + url.getHost() + ":" + url.getPort() + ":127.0.0.1"));
        command.addAll(List.of(more));
        command.add(carrel.origin("api") + path);
        return Carrel.exec("", Map.of(), command);
    }

    private void theHostOfApisAnswersAsJuliaBoxDid() {
        assertThat(curl("/sums/add/2/3").out()).startsWith("HTTP/1.1 200").endsWith("\r\n\r\n5.0");
        assertThat(curl("/sums/echo", "-d", "a=1&a=2").out()).endsWith("\"vargs\": {\"a\": [\"1\", \"2\"]}}}");
        // Bytes, which are no text to print: what came is told by its length and type.
        assertThat(curl("/sums/image", "-o", "/dev/null", "-w", "%{http_code} %{content_type} %{size_download}")
                        .out())
                .isEqualTo("200 image/png 6");
        assertThat(curl("/sums/fail").out()).startsWith("HTTP/1.1 500");
        assertThat(curl("/sums/nothing").out()).startsWith("HTTP/1.1 404");
        assertThat(curl("/sums").out()).startsWith("HTTP/1.1 404");
        assertThat(curl("/others/add").out()).startsWith("HTTP/1.1 404");
        assertThat(curl("/hub/home").out()).startsWith("HTTP/1.1 404");
        assertThat(curl("/../hub/login", "--path-as-is").out()).startsWith("HTTP/1.1 404");
    }

    private void endsAreDefinite() {
        assertThat(curl("/sums/sleep").out()).startsWith("HTTP/1.1 408");
        assertThat(curl("/sums/die").out()).startsWith("HTTP/1.1 502");
        assertThat(curl("/sums/add/1/1").out()).endsWith("2.0");
    }
}
