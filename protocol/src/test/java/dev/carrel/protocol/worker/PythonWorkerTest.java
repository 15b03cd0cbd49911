/* Copyright the Carrel authors. */
package dev.carrel.protocol.worker;

import static dev.carrel.protocol.worker.WorkerProgram.text;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is published in Python is loaded and called; or it is said why not. */
@Timeout(60)
class PythonWorkerTest {
    @TempDir
    Path home;

    @Test
    void theSmallestFunctionAnswers() throws Exception {
        try (WorkerProgram worker = new WorkerProgram(home)) {
            assertThat(worker.init("def add(a,b):\n  return float(a)+float(b)", "add"))
                    .isEqualTo(new Ready(List.of("add"), 1));

            assertThat(worker.answer("add", "[\"1\",\"2\"]")).isEqualTo("3.0");
            assertThat(worker.answer("", "[1,2]")).isEqualTo("3.0");
        }
    }

    @Test
    void itIsInitialisedOnceAndKeepsItsState() throws Exception {
        try (WorkerProgram worker = WorkerProgram.ready(home, """
                print("loading")
                count = 0
                def next():
                    global count
                    count += 1
                    return count
                """)) {
            for (int i = 1; i <= 100; i++) {
                assertThat(worker.answer("next", "[]")).isEqualTo(Integer.toString(i));
            }
            assertThat(worker.printed(null)).isEqualTo("loading\n");
        }
    }

    @Test
    void withoutHandlersItOffersWhatTheModuleDefinesInItsOrder() throws Exception {
        try (WorkerProgram worker = new WorkerProgram(home)) {
            assertThat(worker.init("""
                    from os.path import join
                    import functools
                    class C: pass
                    def zeta(): return 1
                    def _hidden(): pass
                    value = 7
                    @functools.lru_cache
                    def alpha(): return 2
                    async def later(): return 3
                    """)).isEqualTo(new Ready(List.of("zeta", "alpha", "later"), 1));

            assertThat(worker.answer("", "[]")).isEqualTo("1");
            assertThat(worker.answer("alpha", "[]")).isEqualTo("2");
            assertThat(worker.answer("later", "[]")).isEqualTo("3");
        }
    }

    @Test
    void textOfAnyScriptComesThroughEverywhere() throws Exception {
        try (WorkerProgram worker = WorkerProgram.ready(home, """
                import carrel
                def größe(text, **more):
                    print("☃ " + text)
                    return text + "😀" + str(more) + carrel.request().headers["x-a"]
                """)) {
            String id = worker.begin("größe", "[\"ü\\ud83d\\ude00\"]", "{\"schlüssel\":\"ß\"}");

            assertThat(text(worker.next())).isEqualTo("ü😀😀{'schlüssel': 'ß'}ü");
            assertThat(worker.printed(id)).isEqualTo("☃ ü😀\n");
        }
    }

    @Test
    void megabytesPassBothWays() throws Exception {
        try (WorkerProgram worker = WorkerProgram.ready(home, """
                def same(data): return data
                def length(a): return len(a)
                def many(n): return "x" * n
                """)) {
            byte[] body = new byte[3 << 20];
            body[17] = 42;
            worker.begin("same", "[]", "{}", "image/png", body);
            Answer answer = (Answer) worker.next();
            assertThat(answer.body()).isEqualTo(body);
            assertThat(answer.type()).isEqualTo("application/octet-stream");
            assertThat(worker.answer("length", "[\"" + "y".repeat(2 << 20) + "\"]"))
                    .isEqualTo(Integer.toString(2 << 20));

            assertThat(worker.answer("many", "[" + WorkerProgram.MAX_ANSWER + "]"))
                    .hasSize(WorkerProgram.MAX_ANSWER);
            assertThat(worker.call("many", "[" + (WorkerProgram.MAX_ANSWER + 1) + "]"))
                    .isInstanceOfSatisfying(Failed.class, failed -> {
                        assertThat(failed.kind()).isEqualTo(Kind.RESULT);
                        assertThat(failed.error()).contains("4194305 bytes (expected: at most 4194304");
                    });
        }
    }

    @Test
    void theEnvironmentIsTheFunctionsAndTheTokenIsNobodys() throws Exception {
        try (WorkerProgram worker = new WorkerProgram(home)) {
            worker.init("python3", """
                    import os
                    at_load = os.environ.get("SECRET")
                    def show(): return [at_load, os.environ["HOME"], os.getcwd(), os.environ.get("CARREL_TOKEN")]
                    """, Map.of(), List.of(), Map.of("SECRET", "ü s3cret"), 1);

            assertThat(worker.answer("show", "[]"))
                    .isEqualTo("[\"ü s3cret\",\"" + home + "\",\"" + home.toRealPath() + "\",null]");
        }
    }

    @Test
    void filesBesideTheCodeAreImportedAndRead() throws Exception {
        try (WorkerProgram worker = new WorkerProgram(home)) {
            FromWorker ready = worker.init(
                    "python3",
                    "from parts.sums import twice\ndef f(x): return [twice(x), open('data/x.txt').read()]",
                    Map.of(
                            "parts/__init__.py", WorkerProgram.NONE,
                            "parts/sums.py", "def twice(x): return 2 * x".getBytes(UTF_8),
                            "data/x.txt", "ü".getBytes(UTF_8)),
                    List.of(),
                    Map.of(),
                    1);

            assertThat(ready).isEqualTo(new Ready(List.of("f"), 1));
            assertThat(worker.answer("f", "[21]")).isEqualTo("[42,\"ü\"]");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|the code defines no function that could be called (expected: at least one `def`",
                "'def f(:'|SyntaxError: invalid syntax (function.py, line 1)",
                "'import nothing_like_it'|ModuleNotFoundError: No module named 'nothing_like_it'",
                "'x = 1 / 0'|ZeroDivisionError: division by zero",
                "'import sys; sys.exit(3)'|SystemExit: 3"
            })
    void whatCannotBeLoadedIsSaidAndEndsTheWorker(String code, String error) throws Exception {
        try (WorkerProgram worker = new WorkerProgram(home)) {
            assertThat(worker.init(code))
                    .isInstanceOfSatisfying(
                            Unfit.class, unfit -> assertThat(unfit.error()).startsWith(error));
            assertThat(worker.exit()).isEqualTo(3);
        }
    }

    @Test
    void aSyntaxErrorShowsItsLine() throws Exception {
        try (WorkerProgram worker = new WorkerProgram(home)) {
            assertThat(worker.init("def f():\n    return 1\ndef g():\n    return )\n"))
                    .isInstanceOfSatisfying(Unfit.class, unfit -> {
                        assertThat(unfit.error()).contains("(function.py, line 4)");
                        assertThat(unfit.traceback())
                                .contains("line 4")
                                .contains("    return )")
                                .doesNotContain("carrelworker");
                    });
        }
    }

    @Test
    void aHandlerThatIsNotThereIsSaidWithThoseThatAre() throws Exception {
        try (WorkerProgram worker = new WorkerProgram(home)) {
            assertThat(worker.init("def add(): pass\ndef mul(): pass", "sub"))
                    .isEqualTo(new Unfit("handler 'sub' is not there (expected: add, mul)", ""));
        }
        try (WorkerProgram worker = new WorkerProgram(home)) {
            assertThat(worker.init("add = 3\ndef mul(): pass", "mul", "add"))
                    .isEqualTo(new Unfit("handler 'add' is a int, which cannot be called (expected: mul)", ""));
        }
    }

    @Test
    void filesThatLeadOutOfTheFolderAndRuntimesOfOthersAreRefused() throws Exception {
        try (WorkerProgram worker = new WorkerProgram(home)) {
            assertThat(worker.init("python3", "", Map.of("../x", WorkerProgram.NONE), List.of(), Map.of(), 1))
                    .isInstanceOfSatisfying(
                            Unfit.class, u -> assertThat(u.error()).startsWith("file '../x' (expected:"));
        }
        try (WorkerProgram worker = new WorkerProgram(home)) {
            assertThat(worker.init("julia", "", Map.of(), List.of(), Map.of(), 1))
                    .isEqualTo(new Unfit("runtime 'julia' (expected: python3 or executable)", ""));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[1,2,3]|{}|add() takes a, b=2, *, key=None; got 3 positional arguments",
                "[]|{}|add() takes a, b=2, *, key=None; missing a required argument: 'a'",
                "[1]|{\"c\":1}|add() takes a, b=2, *, key=None; got an unexpected keyword argument 'c'",
                "[1]|{\"a\":1}|add() takes a, b=2, *, key=None; multiple values for argument 'a'"
            })
    void wrongArgumentsAreTheCallersFault(String arguments, String keywords, String error) throws Exception {
        try (WorkerProgram worker = WorkerProgram.ready(home, "def add(a, b=2, *, key=None): return a + b")) {
            String id = worker.begin("add", arguments, keywords);

            assertThat(worker.next()).isEqualTo(new Failed(id, Kind.ARGUMENTS, error, ""));
            assertThat(worker.answer("add", "[1]")).isEqualTo("3");
        }
    }

    @Test
    void aVariableThatCannotBeIsRefusedAndItsValueNotShown() throws Exception {
        for (Map<String, String> environment : List.of(Map.of("A=B", "s3cret"), Map.of("A", "s3cret\0"))) {
            try (WorkerProgram worker = new WorkerProgram(home)) {
                assertThat(worker.init("python3", "def f(): pass", Map.of(), List.of(), environment, 1))
                        .isInstanceOfSatisfying(Unfit.class, unfit -> {
                            assertThat(unfit.error()).startsWith("variable 'A").contains("(expected: ");
                            assertThat(unfit.toString()).doesNotContain("s3cret");
                        });
            }
        }
    }

    @Test
    void whatIsRaisedIsShownWithoutTheWorkersOwnPart() throws Exception {
        try (WorkerProgram worker = WorkerProgram.ready(home, """
                def inner(x):
                    return 1 / x
                def outer(x):
                    return inner(x)
                def typed(): return len(3)
                def out(): raise SystemExit(5)
                def broken(): raise KeyboardInterrupt
                def deep(): return deep()
                """)) {
            Failed failed = (Failed) worker.call("outer", "[0]");
            assertThat(failed.kind()).isEqualTo(Kind.RAISED);
            assertThat(failed.error()).isEqualTo("ZeroDivisionError: division by zero");
            assertThat(failed.traceback())
                    .contains("function.py\", line 4, in outer")
                    .contains("function.py\", line 2, in inner")
                    .contains("return 1 / x")
                    .doesNotContain("carrelworker");
            // A TypeError of the handler's own is no wrong argument.
            assertThat(((Failed) worker.call("typed", "[]")).kind()).isEqualTo(Kind.RAISED);
            assertThat(((Failed) worker.call("out", "[]")).error()).isEqualTo("SystemExit: 5");
            assertThat(((Failed) worker.call("broken", "[]")).error()).isEqualTo("KeyboardInterrupt");
            assertThat(((Failed) worker.call("deep", "[]")).error()).startsWith("RecursionError: ");
            assertThat(worker.answer("outer", "[1]")).isEqualTo("1.0");
        }
    }

    @Test
    void aHandlerThatIsNotThereFailsTheCall() throws Exception {
        try (WorkerProgram worker = WorkerProgram.ready(home, "def add(): pass\ndef mul(): pass")) {
            assertThat(worker.call("sub", "[]"))
                    .isEqualTo(new Failed("c1", Kind.UNKNOWN_HANDLER, "'sub' is not there (expected: add, mul)", ""));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "None|application/json|null",
                "True|application/json|true",
                "[1, 2.5, \"ü\", {\"a\": None}]|application/json|[1,2.5,\"ü\",{\"a\":null}]",
                "(1, 2)|application/json|[1,2]",
                "\"text\"|text/plain; charset=utf-8|text",
                "b\"bytes\"|application/octet-stream|bytes",
                "bytearray(b\"x\")|application/octet-stream|x",
                "memoryview(b\"y\")|application/octet-stream|y",
                "carrel.Response(\"<p>\", content_type=\"text/html\")|text/html|<p>",
                "carrel.Response({\"a\": 1})|application/json|{\"a\":1}"
            })
    void resultsHaveTheTypeOfWhatTheyAre(String expression, String type, String body) throws Exception {
        try (WorkerProgram worker = WorkerProgram.ready(home, "import carrel\ndef f(): return " + expression)) {
            Answer answer = (Answer) worker.call("f", "[]");

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.type()).isEqualTo(type);
            assertThat(text(answer)).isEqualTo(body);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "float('nan')|the result holds NaN or Infinity, which JSON does not know (expected: finite numbers, or None)",
                "{1, 2}|the result holds a set, which is no JSON (expected: ",
                "[object]|the result holds a type, which is no JSON (expected: ",
                "\"\\ud800\"|the result holds half of a surrogate pair, which is no text (expected: whole characters)",
                "carrel.Response(headers={'a': 'b\\nc'})|header 'a': 'b\\nc' (expected: a name without spaces, and one line of ASCII)",
                "carrel.Response(headers={'a b': 'c'})|header 'a b': 'c' (expected: a name without spaces, and one line of ASCII)"
            })
    void resultsThatCannotBeSentAreSaidAndTheNextCallIsAnswered(String expression, String error) throws Exception {
        try (WorkerProgram worker =
                WorkerProgram.ready(home, "import carrel\ndef f(): return " + expression + "\ndef g(): return 1")) {
            assertThat(worker.call("f", "[]")).isInstanceOfSatisfying(Failed.class, failed -> {
                assertThat(failed.kind()).isEqualTo(Kind.RESULT);
                assertThat(failed.error()).startsWith(error);
            });
            assertThat(worker.answer("g", "[]")).isEqualTo("1");
        }
    }

    @Test
    void statusAndHeadersAreTheHandlersChoice() throws Exception {
        try (WorkerProgram worker = WorkerProgram.ready(home, """
                import carrel
                def f():
                    return carrel.Response(b"x", status=418, headers={"X-Kind": "teapot"})
                def wrong(): return carrel.Response(status=99)
                """)) {
            Answer answer = (Answer) worker.call("f", "[]");
            assertThat(answer.status()).isEqualTo(418);
            assertThat(answer.headers()).isEqualTo(Map.of("X-Kind", "teapot"));
            assertThat(((Failed) worker.call("wrong", "[]")).error())
                    .isEqualTo("ValueError: status: 99 (expected: a number from 200 to 599)");
        }
    }

    @Test
    void aRawBodyIsTextWhenItIsAndBytesWhenNot() throws Exception {
        try (WorkerProgram worker =
                WorkerProgram.ready(home, "def f(a, body): return [a, type(body).__name__, len(body)]")) {
            byte[] latin = "üü".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
            worker.begin("f", "[1]", "{}", "text/plain; charset=iso-8859-1", latin);
            assertThat(text(worker.next())).isEqualTo("[1,\"str\",2]");
            worker.begin("f", "[1]", "{}", "application/pdf", latin);
            assertThat(text(worker.next())).isEqualTo("[1,\"bytes\",2]");
            worker.begin("f", "[1]", "{}", "text/plain", latin);
            assertThat(((Failed) worker.next()).error()).startsWith("the body is no utf-8 (expected: ");
            worker.begin("f", "[1]", "{}", "text/plain", WorkerProgram.NONE);
            assertThat(text(worker.next())).isEqualTo("[1,\"str\",0]");
        }
    }

    @Test
    void theRequestCanBeSeenDuringACallOnly() throws Exception {
        try (WorkerProgram worker = WorkerProgram.ready(home, """
                import carrel
                try:
                    carrel.request()
                except RuntimeError as e:
                    at_load = str(e)
                def f():
                    r = carrel.request()
                    return [at_load, r.method, r.headers, 4 < r.remaining <= 5]
                """)) {
            assertThat(worker.answer("f", "[]"))
                    .isEqualTo("[\"carrel.request(): no call is being answered here\",\"POST\",{\"x-a\":\"ü\"},true]");
        }
    }
}
