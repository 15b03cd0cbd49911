/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What the command line asks of a Carrel, and what it prints; the Carrel is one that answers as it was told. */
class FunctionCommandTest {
    private static final String PUBLISHED =
            "{\"name\":\"calc\",\"owner\":\"ada\",\"version\":2,\"added\":true,\"active\":2,\"url\":\"http://hub/function/calc.ada\"}";

    @TempDir
    Path folder;

    private final Map<String, String> answers = new ConcurrentHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final List<String> bodies = new CopyOnWriteArrayList<>();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private HttpServer server;

    @BeforeEach
    void open() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String line = exchange.getRequestMethod() + " " + exchange.getRequestURI();
            asked.add(line + " " + exchange.getRequestHeaders().getFirst("Authorization"));
            bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            String answer = answers.get(line);
            int status = answer == null ? 404 : 200;
            byte[] body = (answer == null ? "{\"status\":404,\"message\":\"nothing here\"}" : answer)
                    .getBytes(StandardCharsets.UTF_8);
            if (line.contains("/async-result/")) {
                exchange.getResponseHeaders().add("X-Carrel-State", line.endsWith("a") ? "running" : "done");
            }
            exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        answers.put("GET /hub/api/user", "{\"name\":\"ada\"}");
        Files.writeString(folder.resolve("token"), "t0ken\n");
    }

    @AfterEach
    void close() {
        server.stop(0);
    }

    private int run(String... words) {
        List<String> all = new ArrayList<>(List.of("function"));
        all.addAll(Arrays.asList(words));
        all.addAll(List.of(
                "--url",
                "http://127.0.0.1:" + server.getAddress().getPort(),
                "--token-file",
                folder.resolve("token").toString()));
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        return line.execute(all.toArray(String[]::new));
    }

    private JsonNode body() throws IOException {
        return new ObjectMapper().readTree(bodies.getLast());
    }

    @Test
    void aFileIsPublishedUnderItsName() throws Exception {
        Path file = Files.writeString(folder.resolve("Calc.py"), "def add(a, b): return a + b\n");
        answers.put("PUT /hub/api/functions/ada/calc", PUBLISHED);

        int status = run(
                "deploy",
                file.toString(),
                "--handlers",
                "add,sub",
                "--visibility",
                "public",
                "--env",
                "A=b=c",
                "--set",
                "timeout=5");

        assertThat(err.toString()).isEmpty();
        assertThat(status).isZero();
        assertThat(asked).last().isEqualTo("PUT /hub/api/functions/ada/calc token t0ken");
        assertThat(body())
                .isEqualTo(
                        new ObjectMapper()
                                .readTree(
                                        "{\"runtime\":\"python3\",\"code\":\"def add(a, b): return a + b\\n\",\"handlers\":[\"add\",\"sub\"],\"visibility\":\"public\",\"timeout\":5,\"environment\":{\"A\":\"b=c\"}}"));
        assertThat(out.toString()).isEqualTo("calc.ada version 2\nhttp://hub/function/calc.ada\n");
    }

    @Test
    void whatRunsByItselfSaysWhenItDoesNext() throws Exception {
        Path file = Files.writeString(folder.resolve("calc.py"), "def add(): pass");
        answers.put(
                "PUT /hub/api/functions/ada/calc",
                PUBLISHED.replace("}", ",\"next_run\":\"2026-03-01T12:05:00.000000Z\"}"));

        assertThat(run(
                        "deploy",
                        file.toString(),
                        "--schedule",
                        "*/5 * * * *",
                        "--schedule",
                        "@daily",
                        "--time-zone",
                        "Europe/Berlin"))
                .as(err.toString())
                .isZero();

        assertThat(new ObjectMapper()
                        .readTree(bodies.getLast())
                        .path("schedule")
                        .toString())
                .isEqualTo(
                        "[{\"cron\":\"*/5 * * * *\",\"zone\":\"Europe/Berlin\"},{\"cron\":\"@daily\",\"zone\":\"Europe/Berlin\"}]");
        assertThat(out.toString()).contains("runs by itself, next at 2026-03-01T12:05:00.000000Z");
        assertThat(run("deploy", file.toString(), "--time-zone", "Europe/Berlin"))
                .isNotZero();
        assertThat(err.toString()).contains("--time-zone Europe/Berlin: no --schedule is given");
    }

    @Test
    void aFolderIsPublishedWithItsFieldsAndFiles() throws Exception {
        Path source = Files.createDirectories(folder.resolve("calc"));
        Files.writeString(source.resolve("function.json"), "{\"memory\":\"256MiB\"}");
        Files.writeString(source.resolve("main.py"), "import lib.a");
        Files.createDirectories(source.resolve("lib"));
        Files.writeString(source.resolve("lib/a.py"), "A = 1");
        Files.createDirectories(source.resolve("__pycache__"));
        Files.writeString(source.resolve("__pycache__/a.pyc"), "x");
        Files.writeString(source.resolve(".hidden"), "x");
        answers.put("PUT /hub/api/functions/bob/sums?activate=false", PUBLISHED);

        assertThat(run("deploy", source.toString(), "--name", "sums.bob", "--no-activate"))
                .as(err.toString())
                .isZero();

        assertThat(body())
                .isEqualTo(
                        new ObjectMapper()
                                .readTree(
                                        "{\"memory\":\"256MiB\",\"code\":\"import lib.a\",\"runtime\":\"python3\",\"files\":{\"lib/a.py\":{\"base64\":\"QSA9IDE=\"}}}"));
    }

    @Test
    void whatIsMissingIsSaidInOneLine() {
        assertThat(run("deploy", folder.resolve("nothing.py").toString())).isEqualTo(1);
        assertThat(run("rollback", "calc")).isEqualTo(1);
        assertThat(run("deploy", folder.toString())).isEqualTo(1);

        assertThat(err.toString().lines())
                .containsExactly(
                        "carrel: " + folder.resolve("nothing.py")
                                + ": no file or folder (expected: the code, or a folder with it)",
                        "carrel: 404: nothing here",
                        "carrel: " + folder + ": no code (expected: one of main.py, main.jl, main in it)");
    }

    @Test
    void functionsAreListedCalledRolledBackAndDeleted() {
        answers.put(
                "GET /hub/api/functions",
                "[{\"name\":\"calc\",\"owner\":\"ada\",\"active\":2,\"url\":\"u\"},{\"name\":\"x\",\"owner\":\"ada\",\"active\":null,\"url\":\"v\"}]");
        answers.put("GET /function/calc.zo%C3%AB/add/1/a%2Fb", "3.0");
        answers.put("POST /hub/api/functions/ada/calc/rollback", "{\"active\":1}");
        answers.put("DELETE /hub/api/functions/ada/calc", "");
        answers.put(
                "GET /hub/api/functions/ada/calc/logs?tail=5",
                "{\"lines\":[{\"number\":7,\"at\":\"then\",\"call\":\"\",\"text\":\"line\"}]}");
        answers.put(
                "GET /hub/api/functions/ada/calc/versions",
                "{\"versions\":[{\"version\":2,\"active\":true,\"aliases\":[\"live\"],\"created\":\"then\",\"publisher\":\"ada\",\"description\":\"adds\"}]}");

        for (String[] words : List.of(
                new String[] {"list"},
                new String[] {"invoke", "calc.zoë", "add", "1", "a/b"},
                new String[] {"rollback", "calc"},
                new String[] {"versions", "calc"},
                new String[] {"logs", "calc", "--tail", "5"},
                new String[] {"delete", "calc"})) {
            assertThat(run(words)).as(String.join(" ", words) + err).isZero();
        }

        assertThat(out.toString().lines().map(text -> text.replaceAll(" +", " ")))
                .containsExactly(
                        "calc.ada version 2 u",
                        "x.ada not active v",
                        "3.0",
                        "version 1 is active",
                        " 2 then ada adds active live",
                        "then line",
                        "deleted calc");
    }

    @Test
    void whatOthersShareIsListed() {
        answers.put(
                "GET /hub/api/functions?shared=true",
                "[{\"name\":\"mean\",\"owner\":\"bob\",\"active\":4,\"url\":\"u\",\"handlers\":[]}]");

        assertThat(run("list", "--shared")).as(err.toString()).isZero();

        assertThat(out.toString().strip().replaceAll(" +", " ")).isEqualTo("mean.bob version 4 u");
    }

    @Test
    void logsAreFollowedUntilTheFunctionIsGone() {
        answers.put(
                "GET /hub/api/functions/ada/calc/logs?tail=100&call=c%201&since=2026-01-31T12%3A00%3A00Z",
                "{\"lines\":[{\"number\":7,\"at\":\"then\",\"text\":\"one\"}]}");

        assertThat(run("logs", "calc", "--follow", "--call", "c 1", "--since", "2026-01-31T12:00:00Z"))
                .isEqualTo(1);

        assertThat(out.toString()).isEqualTo("then one\n");
        assertThat(asked.getLast()).startsWith("GET /hub/api/functions/ada/calc/logs?since=7&call=c%201 ");
    }

    @Test
    void anAsynchronousCallsResultIsFetchedByItsId() {
        answers.put("GET /async-function/calc.ada/add/1", "{\"call\":\"b\",\"state\":\"waiting\"}");
        answers.put("GET /async-result/a", "{\"state\":\"running\"}");
        answers.put("GET /async-result/b", "3.0");

        assertThat(run("invoke", "--async", "calc", "add", "1"))
                .as(err.toString())
                .isZero();
        assertThat(run("result", "a")).isEqualTo(3);
        assertThat(run("result", "b")).isZero();
        assertThat(run("result", "c")).isEqualTo(1);

        assertThat(out.toString().lines()).containsExactly("b", "running", "3.0");
        assertThat(err.toString()).isEqualTo("carrel: 404: nothing here\n");
    }

    @Test
    void aCallThatFailsEndsWithAStatusOfItsOwn() {
        assertThat(run("invoke", "calc.ada", "add")).isEqualTo(1);

        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).isEqualTo("carrel: 404: nothing here\n");
    }
}
