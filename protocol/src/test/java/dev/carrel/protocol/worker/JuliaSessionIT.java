/* Copyright the Carrel authors. */
package dev.carrel.protocol.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a Julia program of a session publishes and calls, by the real Julia; the desk is one that answers as it was told. */
class JuliaSessionIT {
    private static final Path JULIA = Path.of("../images/julia/files/usr/lib/carrel/julia");
    private static final String TOLD =
            "{\"name\":\"f\",\"owner\":\"zoë\",\"version\":3,\"url\":\"http://hub/function/f.zo%C3%AB\",\"active\":3}";

    @TempDir
    Path home;

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final List<String> bodies = new CopyOnWriteArrayList<>();
    private final Map<String, String> answers = new ConcurrentHashMap<>();
    private HttpServer desk;

    @BeforeEach
    void open() throws Exception {
        desk = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        desk.createContext("/", exchange -> {
            String line = exchange.getRequestMethod() + " " + exchange.getRequestURI();
            asked.add(line + " " + exchange.getRequestHeaders().getFirst("Authorization") + " "
                    + exchange.getRequestHeaders().getFirst("Host"));
            bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            String[] answer = answers.getOrDefault(
                            line, "404 application/json {\"code\":\"no\",\"message\":\"nothing here\"}")
                    .split(" ", 3);
            byte[] body = answer[2].getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", answer[1]);
            exchange.sendResponseHeaders(Integer.parseInt(answer[0]), body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        desk.start();
        answers.put("PUT /hub/api/functions/zo%C3%AB/f", "200 application/json " + TOLD);
    }

    @AfterEach
    void close() {
        desk.stop(0);
    }

    /** What a program prints. */
    private String run(String program) throws Exception {
        Files.writeString(home.resolve("program.jl"), program);
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxrwxrwx"));
        String folder = JULIA.toAbsolutePath().normalize().toString();
        List<String> command =
                new ArrayList<>(List.of("docker", "run", "--rm", "--network=host", "--read-only", "--user=0"));
        command.addAll(List.of(
                "--tmpfs=/tmp", "--volume=" + home + ":/home/jovyan", "--volume=" + folder + ":" + folder + ":ro"));
        Map.of(
                        "CARREL_DESK", "http://127.0.0.1:" + desk.getAddress().getPort(),
                        "CARREL_USER", "zoë",
                        "CARREL_SESSION", "s1",
                        "JUPYTER_TOKEN", "t0ken",
                        "http_proxy", "http://127.0.0.1:9",
                        "JULIA_LOAD_PATH", ":" + folder + "/session")
                .forEach((name, value) -> command.add("--env=" + name + "=" + value));
        command.addAll(List.of("carrel/julia:latest", "julia", "program.jl"));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("output").toFile())
                .start();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        return Files.readString(home.resolve("output"));
    }

    private JsonNode body() throws Exception {
        return new ObjectMapper().readTree(bodies.getLast());
    }

    @Test
    void aFunctionIsPublishedWithWhatItUsesAndCalled() throws Exception {
        answers.put("POST /function/f.zo%C3%AB/f", "200 application/json [6.0,null]");
        answers.put("POST /function/mean.bob/mean", "200 text/plain;charset=utf-8 schön");

        String said = run("""
                using Carrel
                using LinearAlgebra: norm
                import Dates
                const RATE = 3
                table = Dict("a" => [1, 2.5])
                published = @publish visibility="public" memory="512MiB" function f(x, y=1; unit="m")
                    local z = x * RATE
                    string(norm([z]), table["a"], Dates.year(Dates.today()) > 2000, unit, r"a\\.b", :q, 'c', "$y \\$")
                end
                println(published)
                println(f(2))
                println(Carrel.call(published, 2, [1]; unit="cm"))
                println(Carrel.call("mean.bob/mean", "a/b"))
                """);

        assertThat(said.lines())
                .as(said)
                .containsExactly(
                        "http://hub/function/f.zo%C3%AB/f (version 3)",
                        "6.0[1.0, 2.5]truemr\"a\\.b\"qc1 $", "Any[6.0, nothing]", "schön");
        assertThat(asked.getFirst()).isEqualTo("PUT /hub/api/functions/zo%C3%AB/f token session.s1.t0ken localhost");
        JsonNode published = new ObjectMapper().readTree(bodies.getFirst());
        assertThat(published.path("runtime").asText()).isEqualTo("julia");
        assertThat(published.path("handlers").toString()).isEqualTo("[\"f\"]");
        assertThat(published.path("visibility").asText()).isEqualTo("public");
        assertThat(published.path("memory").asText()).isEqualTo("512MiB");
        String code = published.path("code").asText();
        assertThat(code)
                .contains("const RATE = 3\n", "import Dates\n", "using LinearAlgebra", ": norm\n", "const table = Dict")
                .doesNotContain("published", "program.jl");
        assertThat(new ObjectMapper().readTree(bodies.get(1)))
                .isEqualTo(new ObjectMapper().readTree("{\"args\":[2,[1]],\"kwargs\":{\"unit\":\"cm\"}}"));

        // What was published stands by itself.
        assertThat(run(code + "\nprintln(f(2))")).isEqualTo("6.0[1.0, 2.5]truemr\"a\\.b\"qc1 $\n");
    }

    @Test
    void severalFunctionsAndTheirHelpersArePublishedTogether() throws Exception {
        String said = run("""
                using Carrel
                @publish name="f" begin
                    using Statistics
                    struct Point; x::Float64; end
                    half(x) = x / 2
                    middle(v) = half(mean(v)) |> Point
                    function other(a, rest...) where T
                        [half(b) for b in rest if b > a]
                    end
                end
                println(middle([1, 3]), other(1, 2, 0))
                println(Carrel.Response("x"; status=201).status)
                Carrel.publish("f", "g() = 1"; handlers=["g"], timeout=2.5) |> println
                """);

        assertThat(said.lines())
                .as(said)
                .containsExactly("Point(1.0)[1.0]", "201", "http://hub/function/f.zo%C3%AB/g (version 3)");
        String code =
                new ObjectMapper().readTree(bodies.getFirst()).path("code").asText();
        assertThat(run(code + "\nprintln(middle([1, 3]), other(1, 2, 0))")).isEqualTo("Point(1.0)[1.0]\n");
        assertThat(body().path("timeout").asDouble()).isEqualTo(2.5);
    }

    @Test
    void whatCannotBeTakenAlongOrIsRefusedIsSaid() throws Exception {
        answers.put(
                "DELETE /hub/api/functions/zo%C3%AB/gone",
                "403 application/json {\"code\":\"forbidden\",\"message\":\"no right\"}");
        answers.put(
                "POST /function/f.zo%C3%AB",
                "422 application/json {\"status\":422,\"code\":\"function.raised\",\"message\":\"KeyError\",\"traceback\":\"at f\"}");

        String said = run("""
                using Carrel
                told(run) = try run() catch refused; println(refused isa Carrel.Refused, " ", sprint(showerror, refused)) end
                helper(x) = x
                stream = IOBuffer()
                told(() -> @eval @publish f(x) = helper(x))
                told(() -> @eval @publish f(x) = write(stream, x))
                told(() -> @eval @publish begin a() = 1 end)
                told(() -> Carrel.delete("gone"))
                told(() -> Carrel.call("f"))
                told(() -> Carrel.call("nobody.else", 1))
                told(() -> Carrel.call("f", stream))
                delete!(ENV, "CARREL_DESK")
                told(() -> Carrel.delete("gone"))
                ENV["CARREL_DESK"] = "http://127.0.0.1:9"
                told(() -> Carrel.delete("gone"))
                """);

        List<String> lines = said.lines().toList();
        assertThat(lines.get(0))
                .as(said)
                .startsWith("true it uses helper, a typeof(helper), which cannot be taken along");
        assertThat(lines.get(1)).startsWith("true it uses stream, a Base.GenericIOBuffer");
        assertThat(lines.get(2)).startsWith("true name: missing");
        assertThat(lines.subList(3, 7)).containsExactly("true no right", "true KeyError", "", "at f");
        assertThat(lines.get(7)).isEqualTo("true nothing here");
        assertThat(lines.get(8)).startsWith("false the result holds a Base.GenericIOBuffer");
        assertThat(lines.get(9)).startsWith("true CARREL_DESK is not set");
        assertThat(lines.get(10)).startsWith("true Carrel does not answer: curl: ");
    }
}
