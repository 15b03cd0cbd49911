/* Copyright the Carrel authors. */
package dev.carrel.protocol.worker;

import static dev.carrel.protocol.worker.WorkerProgram.text;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.protocol.worker.FromWorker.Answer;
import dev.carrel.protocol.worker.FromWorker.Failed;
import dev.carrel.protocol.worker.FromWorker.Kind;
import dev.carrel.protocol.worker.FromWorker.Ready;
import dev.carrel.protocol.worker.FromWorker.Unfit;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is published in Julia is loaded and called; or it is said why not. In the image that holds Julia. */
@Timeout(120)
class JuliaWorkerIT {
    @TempDir
    Path home;

    private WorkerProgram ready(String code) throws Exception {
        WorkerProgram worker = WorkerProgram.julia(home);
        assertThat(init(worker, code)).isInstanceOf(Ready.class);
        return worker;
    }

    private static FromWorker init(WorkerProgram worker, String code, String... handlers) throws Exception {
        return worker.init("julia", code, Map.of(), List.of(handlers), Map.of(), 1);
    }

    @Test
    void withoutHandlersItOffersWhatTheCodeDefinesInItsOrderAndKeepsItsState() throws Exception {
        try (WorkerProgram worker = WorkerProgram.julia(home)) {
            assertThat(init(worker, """
                    using LinearAlgebra
                    import Base: show
                    println("loading")
                    struct Point x; y end
                    show(io::IO, p::Point) = print(io, "P")
                    zeta(a, b) = parse(Float64, a) + parse(Float64, b)
                    _hidden() = 1
                    const value = 7
                    count = 0
                    function alpha()
                        global count += 1
                    end
                    """)).isEqualTo(new Ready(List.of("zeta", "alpha"), 1));

            assertThat(worker.printed(null)).isEqualTo("loading\n");
            assertThat(worker.answer("", "[\"1\",\"2\"]")).isEqualTo("3.0");
            for (int i = 1; i <= 100; i++) {
                assertThat(worker.answer("alpha", "[]")).isEqualTo(Integer.toString(i));
            }
            assertThat(worker.call("sub", "[]"))
                    .isEqualTo(new Failed(
                            "c102", Kind.UNKNOWN_HANDLER, "\"sub\" is not there (expected: zeta, alpha)", ""));
        }
    }

    @Test
    void resultsHaveTheTypeOfWhatTheyAre() throws Exception {
        try (WorkerProgram worker = ready("""
                a() = nothing
                b() = true
                c() = [1, 2.5, "ü", Dict("a" => nothing)]
                d() = (1, :two)
                e() = "text"
                f() = UInt8[98, 121]
                g() = Carrel.Response("<p>"; content_type="text/html")
                h() = Carrel.Response((a=1, b=[1 2; 3 4]); status=418, headers=Dict("X-Kind" => "teapot"))
                i() = big(2)^70
                j() = split("a,b", ",")
                """)) {
            String json = "200 application/json {} ";
            assertThat(all(worker, "a")).isEqualTo(json + "null");
            assertThat(all(worker, "b")).isEqualTo(json + "true");
            assertThat(all(worker, "c")).isEqualTo(json + "[1,2.5,\"ü\",{\"a\":null}]");
            assertThat(all(worker, "d")).isEqualTo(json + "[1,\"two\"]");
            assertThat(all(worker, "e")).isEqualTo("200 text/plain; charset=utf-8 {} text");
            assertThat(all(worker, "f")).isEqualTo("200 application/octet-stream {} by");
            assertThat(all(worker, "g")).isEqualTo("200 text/html {} <p>");
            assertThat(all(worker, "h"))
                    .isEqualTo("418 application/json {X-Kind=teapot} {\"a\":1,\"b\":[[1,2],[3,4]]}");
            assertThat(all(worker, "i")).isEqualTo(json + "1180591620717411303424");
            assertThat(all(worker, "j")).isEqualTo(json + "[\"a\",\"b\"]");
        }
    }

    private static String all(WorkerProgram worker, String handler) throws Exception {
        Answer answer = (Answer) worker.call(handler, "[]");
        return answer.status() + " " + answer.type() + " " + answer.headers() + " " + text(answer);
    }

    @Test
    void resultsThatCannotBeSentAreSaidAndTheNextCallIsAnswered() throws Exception {
        try (WorkerProgram worker = ready("""
                nan() = [NaN]
                set() = Set([1])
                itself() = (a = Any[]; push!(a, a); a)
                half() = "\\xff"
                header() = Carrel.Response(; headers=Dict("a" => "b\\nc"))
                wrong() = Carrel.Response(; status=99)
                many(n) = "x"^n
                good() = 1
                """)) {
            refused(worker, "nan", Kind.RESULT, "the result holds NaN or Inf, which JSON does not know (expected: ");
            refused(worker, "set", Kind.RESULT, "the result holds a Set{Int64}, which is no JSON (expected: ");
            refused(worker, "itself", Kind.RESULT, "the result is nested too deeply, or holds itself (expected: ");
            refused(worker, "half", Kind.RESULT, "the result is a string that is no UTF-8 (expected: ");
            refused(worker, "header", Kind.RESULT, "header \"a\": \"b\\nc\" (expected: a name without spaces, ");
            refused(worker, "wrong", Kind.RAISED, "ArgumentError: status: 99 (expected: a number from 200 to 599)");
            assertThat(worker.answer("many", "[" + WorkerProgram.MAX_ANSWER + "]"))
                    .hasSize(WorkerProgram.MAX_ANSWER);
            assertThat(((Failed) worker.call("many", "[" + (WorkerProgram.MAX_ANSWER + 1) + "]")).error())
                    .contains("4194305 bytes (expected: at most 4194304");
            assertThat(worker.answer("good", "[]")).isEqualTo("1");
        }
    }

    private static void refused(WorkerProgram worker, String handler, Kind kind, String error) throws Exception {
        assertThat(worker.call(handler, "[]")).isInstanceOfSatisfying(Failed.class, failed -> {
            assertThat(failed.error()).startsWith(error);
            assertThat(failed.kind()).isEqualTo(kind);
        });
    }

    @Test
    void argumentsBodiesAndTheRequestComeAsTheyAre() throws Exception {
        try (WorkerProgram worker = ready("""
                größe(text; more...) = (println("☃ ", text); string(text, "😀", collect(more), Carrel.request().headers["x-a"]))
                kinds(all...) = [string(typeof(x)) for x in all]
                same(x) = x
                body(a, b) = [a, string(typeof(b)), length(b)]
                at_load = try; Carrel.request(); catch e; e.msg; end
                request() = [at_load, Carrel.request().method, 4 < Carrel.request().remaining <= 5]
                """)) {
            String id = worker.begin("größe", "[\"ü\\ud83d\\ude00\"]", "{\"schlüssel\":\"ß\"}");
            assertThat(text(worker.next())).isEqualTo("ü😀😀[:schlüssel => \"ß\"]ü");
            assertThat(worker.printed(id)).isEqualTo("☃ ü😀\n");

            assertThat(worker.answer("kinds", "[1,1.0,1e400,12345678901234567890,null,\"\",[],{},true]"))
                    .isEqualTo("[\"Int64\",\"Float64\",\"Float64\",\"BigInt\",\"Nothing\",\"String\",\"Array{Any,1}\","
                            + "\"Dict{String,Any}\",\"Bool\"]");
            assertThat(worker.answer("same", "[[-0,1.25E-3,\"\\u0000\\\"\\\\\\/\\b\"]]"))
                    .isEqualTo("[0,0.00125,\"\\u0000\\\"\\\\/\\b\"]");
            assertThat(worker.answer("same", "[[\"\\ud83d\\ude00\\ud83d\",\"\\ude00\\ud83d\\ud83d\\ude00\"]]"))
                    .isEqualTo("[\"😀\ufffd\",\"\ufffd\ufffd😀\"]");
            assertThat(worker.answer("same", "[\"" + "y".repeat(2 << 20) + "\"]"))
                    .hasSize(2 << 20);
            byte[] data = new byte[3 << 20];
            data[17] = 42;
            worker.begin("same", "[]", "{}", "image/png", data);
            assertThat(((Answer) worker.next()).body()).isEqualTo(data);

            byte[] latin = "üü".getBytes(ISO_8859_1);
            worker.begin("body", "[1]", "{}", "text/plain; charset=iso-8859-1", latin);
            assertThat(text(worker.next())).isEqualTo("[1,\"String\",2]");
            worker.begin("body", "[1]", "{}", "application/pdf", latin);
            assertThat(text(worker.next())).isEqualTo("[1,\"Array{UInt8,1}\",2]");
            worker.begin("body", "[1]", "{}", "text/plain", latin);
            assertThat(((Failed) worker.next()).error()).startsWith("the body is no utf-8 (expected: ");
            assertThat(worker.answer("request", "[]"))
                    .isEqualTo("[\"Carrel.request(): no call is being answered here\",\"POST\",true]");
        }
    }

    @Test
    void wrongArgumentsAreTheCallersFault() throws Exception {
        try (WorkerProgram worker = ready("""
                add(a, b=2; key=nothing) = a + b
                typed(a::Int; need) = a
                own() = typed(1)
                """)) {
            wrong(worker, "add", "[1,2,3]", "{}", "add(::Int64, ::Int64, ::Int64) matches no method (expected: add(");
            wrong(worker, "add", "[]", "{}", "add() matches no method (expected: add(");
            wrong(
                    worker,
                    "add",
                    "[1]",
                    "{\"d\":1,\"key\":1,\"c\":1}",
                    "add takes no c=, d= (expected: add(a) or add(a, b; key))");
            wrong(
                    worker,
                    "typed",
                    "[\"1\"]",
                    "{\"need\":1}",
                    "typed(::String, need=) matches no method (expected: typed(a::Int64; need)");
            wrong(worker, "typed", "[1]", "{}", "typed() needs the keyword need");
            assertThat(((Failed) worker.call("own", "[]")).kind()).isEqualTo(Kind.RAISED);
            assertThat(worker.answer("add", "[1]")).isEqualTo("3");
        }
    }

    private static void wrong(WorkerProgram worker, String handler, String arguments, String keywords, String error)
            throws Exception {
        worker.begin(handler, arguments, keywords);
        assertThat(worker.next()).isInstanceOfSatisfying(Failed.class, failed -> {
            assertThat(failed.error()).startsWith(error);
            assertThat(failed.kind()).isEqualTo(Kind.ARGUMENTS);
        });
    }

    @Test
    void whatIsRaisedIsShownWithoutTheWorkersOwnPart() throws Exception {
        try (WorkerProgram worker = ready("""
                function inner(x)
                    return div(1, x)
                end
                outer(x) = inner(x) + 1
                plain() = error("no")
                deep(n) = deep(n + 1) + 1
                typed() = 1 + "a"
                """)) {
            Failed failed = (Failed) worker.call("outer", "[0]");
            assertThat(failed.kind()).isEqualTo(Kind.RAISED);
            assertThat(failed.error()).isEqualTo("DivideError: integer division error");
            assertThat(failed.traceback())
                    .startsWith("DivideError: integer division error\nStacktrace:\n [1] ")
                    .contains("inner", "function.jl:2")
                    .contains("outer", "function.jl:4")
                    .doesNotContain("calling.jl", "invokelatest");
            assertThat(((Failed) worker.call("plain", "[]")).error()).isEqualTo("ErrorException: no");
            assertThat(((Failed) worker.call("deep", "[1]")).error()).startsWith("StackOverflowError");
            // A MethodError of the handler's own is no wrong argument.
            assertThat(((Failed) worker.call("typed", "[]")).error()).startsWith("MethodError: no method matching +(");
            assertThat(worker.answer("outer", "[1]")).isEqualTo("2");
        }
    }

    @Test
    void whatCannotBeLoadedIsSaidAndEndsTheWorker() throws Exception {
        unfit("", "the code defines no function that could be called (expected: at least one `function`", "");
        unfit("f() = 1\nfunction g(\n", "syntax: ", "");
        unfit(
                "using NothingLikeIt",
                "to install the NothingLikeIt package. (function.jl, line 1)",
                "Package NothingLikeIt");
        unfit("x = 1\ny = div(x, 0)", "DivideError: integer division error (function.jl, line 2)", "function.jl:2");
        try (WorkerProgram worker = WorkerProgram.julia(home)) {
            assertThat(init(worker, "add() = 1\nmul() = 2", "sub"))
                    .isEqualTo(new Unfit("handler \"sub\" is not there (expected: add, mul)", ""));
        }
        try (WorkerProgram worker = WorkerProgram.julia(home)) {
            assertThat(worker.init("python3", "", Map.of(), List.of(), Map.of(), 1))
                    .isEqualTo(new Unfit("runtime \"python3\" (expected: julia)", ""));
        }
    }

    private void unfit(String code, String error, String traceback) throws Exception {
        try (WorkerProgram worker = WorkerProgram.julia(home)) {
            assertThat(init(worker, code)).isInstanceOfSatisfying(Unfit.class, unfit -> {
                assertThat(unfit.error()).contains(error);
                assertThat(unfit.traceback()).contains(traceback).doesNotContain(" load(");
            });
            assertThat(worker.exit()).isEqualTo(3);
        }
    }

    @Test
    void filesAreIncludedAndUsedAndTheEnvironmentIsTheFunctionsAndTheTokenIsNobodys() throws Exception {
        try (WorkerProgram worker = WorkerProgram.julia(home)) {
            FromWorker ready = worker.init(
                    "julia",
                    """
                    include("parts/sums.jl")
                    using Shapes
                    using Carrel: request
                    at_load = ENV["SECRET"]
                    f(x) = [twice(x), area(2), read("data/x.txt", String), at_load, ENV["HOME"], get(ENV, "CARREL_TOKEN", nothing)]
                    """,
                    Map.of(
                            "parts/sums.jl", "twice(x) = 2x".getBytes(UTF_8),
                            "Shapes.jl", "module Shapes\nexport area\narea(a) = a^2\nend".getBytes(UTF_8),
                            "data/x.txt", "ü".getBytes(UTF_8)),
                    List.of(),
                    Map.of("SECRET", "ü s3cret"),
                    1);

            assertThat(ready).isEqualTo(new Ready(List.of("f", "twice"), 1));
            assertThat(worker.answer("f", "[21]")).isEqualTo("[42,4,\"ü\",\"ü s3cret\",\"" + home + "\",null]");
        }
        try (WorkerProgram worker = WorkerProgram.julia(home)) {
            assertThat(worker.init("julia", "", Map.of("../x", WorkerProgram.NONE), List.of(), Map.of(), 1))
                    .isInstanceOfSatisfying(
                            Unfit.class, u -> assertThat(u.error()).startsWith("file \"../x\" (expected:"));
        }
    }
}
