/* Copyright the Carrel authors. */
package dev.carrel.protocol.worker;

import static dev.carrel.protocol.worker.WorkerProgram.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.protocol.worker.FromWorker.Answer;
import dev.carrel.protocol.worker.FromWorker.Bye;
import dev.carrel.protocol.worker.FromWorker.Chunk;
import dev.carrel.protocol.worker.FromWorker.End;
import dev.carrel.protocol.worker.FromWorker.Failed;
import dev.carrel.protocol.worker.FromWorker.Ready;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Streams, printing, several calls at once, and how a worker of Julia functions ends. */
@Timeout(120)
class JuliaWorkerLifeIT {
    @TempDir
    Path home;

    private WorkerProgram ready(String code, int concurrency) throws Exception {
        WorkerProgram worker = WorkerProgram.julia(home);
        assertThat(worker.init("julia", code, Map.of(), List.of(), Map.of(), concurrency))
                .isInstanceOf(Ready.class);
        return worker;
    }

    @Test
    void aStreamKeepsToItsWindowAndIsClosedWhenNobodyWaits() throws Exception {
        try (WorkerProgram worker = ready("""
                count(n) = Channel() do c
                    foreach(i -> put!(c, string(i, ";")), 0:n-1)
                end
                html() = Carrel.Response((x for x in ("<p>", "ü")); status=201, headers=Dict("X-A" => "b"), content_type="text/html")
                lines() = (x for x in (Dict("a" => 1), [2]))
                nothing_at_all() = Channel(c -> nothing)
                at_once() = Channel(c -> error("no"))
                later() = Channel(c -> (put!(c, "a"); error("no more")))
                wrong() = (x for x in ("a", Inf))
                closed = []
                endless() = Channel() do c
                    try
                        while true put!(c, UInt8[120]) end
                    finally
                        push!(closed, 1)
                    end
                end
                seen() = length(closed)
                """, 1)) {
            String id = worker.begin("count", "[10]", "{}");
            assertThat(((Answer) worker.next()).type()).isEqualTo("text/plain; charset=utf-8");
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            for (int window : new int[] {3, 4}) {
                worker.say(new ToWorker.More(id, window));
                for (int i = 0; i < window; i++) {
                    body.write(((Chunk) worker.next()).body());
                }
            }
            assertThat(body.toString(UTF_8)).isEqualTo("0;1;2;3;4;5;6;");
            worker.say(new ToWorker.More(id, 100));
            assertThat(worker.rest(id)).isEqualTo("7;8;9;");

            assertThat(worker.stream("html")).isEqualTo("201 text/html {X-A=b} <p>ü");
            assertThat(worker.stream("lines")).isEqualTo("200 application/x-ndjson {} {\"a\":1}\n[2]\n");
            assertThat(worker.stream("nothing_at_all")).isEqualTo("200 text/plain; charset=utf-8 {} ");

            assertThat(((Failed) worker.call("at_once", "[]")).error()).isEqualTo("ErrorException: no");
            breaksOff(worker, "later", "ErrorException: no more");
            breaksOff(worker, "wrong", "the result holds NaN or Inf");

            id = worker.begin("endless", "[]", "{}");
            assertThat(worker.next()).isInstanceOf(Answer.class);
            worker.say(new ToWorker.More(id, 1));
            assertThat(worker.next()).isInstanceOf(Chunk.class);
            worker.say(new ToWorker.Cancel(id));
            assertThat(worker.next()).isEqualTo(new End(id, "cancelled"));
            assertThat(worker.answer("seen", "[]")).isEqualTo("1");
        }
    }

    private static void breaksOff(WorkerProgram worker, String handler, String error) throws Exception {
        String id = worker.begin(handler, "[]", "{}");
        assertThat(worker.next()).isInstanceOf(Answer.class);
        worker.say(new ToWorker.More(id, 9));
        assertThat(worker.next()).isInstanceOf(Chunk.class);
        assertThat(((End) worker.next()).error()).startsWith(error);
    }

    @Test
    void whatIsPrintedComesWithItsCallAndBeforeItsAnswer() throws Exception {
        try (WorkerProgram worker = ready("""
                println("at load")
                function f(n)
                    println("out ", n)
                    println(stderr, "err ", n)
                    @info "logged"
                    write(stdout, UInt8[98, 10])
                    print("without end")
                end
                function much()
                    foreach(i -> println("line ", i), 0:19999)
                    println("y"^100000)
                end
                shell() = (run(`echo from a shell`); nothing)
                c() = (ccall(:puts, Cint, (Cstring,), "from a library"); ccall(:fflush, Cint, (Ptr{Cvoid},), C_NULL); nothing)
                """, 1)) {
            assertThat(worker.printed(null)).isEqualTo("at load\n");
            for (int i = 1; i <= 3; i++) {
                worker.answer("f", "[" + i + "]");
                assertThat(worker.printed("c" + i))
                        .startsWith("out " + i + "\nerr " + i + "\n")
                        .contains("logged")
                        .endsWith("b\nwithout end\n");
            }

            worker.answer("much", "[]");
            List<String> lines = worker.printed("c4").lines().toList();
            assertThat(lines.subList(0, 20_000)).contains("line 0", "line 12345", "line 19999");
            assertThat(String.join("", lines.subList(20_000, lines.size()))).isEqualTo("y".repeat(100_000));

            worker.answer("shell", "[]");
            worker.awaitPrinted(null, "from a shell\n");
            worker.answer("c", "[]");
            worker.awaitPrinted(null, "from a library\n");
            assertThat(worker.output()).isEmpty();
        }
    }

    @Test
    void fourCallsRunAtOnceAsTasks() throws Exception {
        try (WorkerProgram worker = ready("""
                together = 0
                all_there = Condition()
                function meet(n)
                    println("met ", n)
                    global together += 1
                    together == 4 ? notify(all_there) : wait(all_there)
                    [n, Carrel.request().id]
                end
                """, 4)) {
            Set<String> answers = new HashSet<>();
            for (int i = 0; i < 4; i++) {
                worker.begin("meet", "[" + i + "]", "{}");
            }
            for (int i = 0; i < 4; i++) {
                answers.add(text(worker.next()));
            }
            assertThat(answers).containsExactlyInAnyOrder("[0,\"c1\"]", "[1,\"c2\"]", "[2,\"c3\"]", "[3,\"c4\"]");
            assertThat(worker.printed("c3")).isEqualTo("met 2\n");
        }
    }

    @Test
    void aDrainedWorkerFinishesSaysByeAndEnds() throws Exception {
        for (int concurrency : new int[] {1, 4}) {
            try (WorkerProgram worker = ready("""
                    function slow()
                        deadline = time() + 10
                        while !isfile("go") && time() < deadline end
                        "done"
                    end
                    """, concurrency)) {
                worker.begin("slow", "[]", "{}");
                worker.say(new ToWorker.Drain());
                Files.writeString(home.resolve("go"), "");

                assertThat(text(worker.next())).isEqualTo("done");
                assertThat(worker.next()).isEqualTo(new Bye());
                assertThat(worker.exit()).isZero();
                Files.delete(home.resolve("go"));
            }
        }
    }

    @Test
    void aBlankWorkerThatIsDrainedEndsAndOneThatIsRefusedSaysWhy() throws Exception {
        try (WorkerProgram worker = WorkerProgram.julia(home)) {
            worker.say(new ToWorker.Drain());

            assertThat(worker.next()).isEqualTo(new Bye());
            assertThat(worker.exit()).isZero();
        }
        try (WorkerProgram worker = WorkerProgram.julia(home)) {
            worker.say(new ToWorker.Refused("token: not known (expected: that of a start)"));

            assertThat(worker.exit()).isEqualTo(1);
            assertThat(worker.output()).contains("ends: token: not known");
        }
    }

    @Test
    void anIdleWorkerSaysThatItIsThereAndTakesABrokenConnectionForTheEnd() throws Exception {
        try (WorkerProgram worker = ready("f() = 1", 1)) {
            worker.awaitBeat();
            worker.say(new ToWorker.Beat());
            assertThat(worker.answer("f", "[]")).isEqualTo("1");

            worker.transport().drop(worker.peer());
            assertThat(worker.exit()).isEqualTo(1);
            assertThat(worker.output()).contains("ends: ");
        }
    }

    @Test
    void termEndsItAtOnceAlsoInACall() throws Exception {
        try (WorkerProgram worker = ready("f() = (println(\"in\"); while true end)", 1)) {
            worker.begin("f", "[]", "{}");
            worker.process().destroy();

            assertThat(worker.exit()).isEqualTo(128 + 15);
        }
    }
}
