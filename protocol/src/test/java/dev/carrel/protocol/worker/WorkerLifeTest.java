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
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Streams, printing, several calls at once, and how a worker ends. */
@Timeout(60)
class WorkerLifeTest {
    @TempDir
    Path home;

    @Test
    void aStreamKeepsToItsWindow() throws Exception {
        try (WorkerProgram worker = WorkerProgram.ready(home, """
                import carrel
                def count(n):
                    for i in range(n):
                        yield f"{i};"
                def html(): return carrel.Response(iter(["<p>", "ü"]), 201, {"X-A": "b"}, "text/html")
                async def later():
                    yield b"a"
                    yield b"b"
                def lines():
                    yield {"a": 1}
                    yield [2]
                def nothing():
                    return
                    yield
                """)) {
            String id = worker.begin("count", "[10]", "{}");
            Answer answer = (Answer) worker.next();
            assertThat(answer.streamed()).isTrue();
            assertThat(answer.type()).isEqualTo("text/plain; charset=utf-8");
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            for (int window : new int[] {3, 4}) {
                worker.say(new ToWorker.More(id, window));
                for (int i = 0; i < window; i++) {
                    body.write(((Chunk) worker.next()).body());
                }
            }
            assertThat(body.toString(UTF_8)).isEqualTo("0;1;2;3;4;5;6;");
            // Seven were allowed and came; what comes next can only be due to this.
            worker.say(new ToWorker.More(id, 100));
            assertThat(worker.rest(id)).isEqualTo("7;8;9;");

            assertThat(worker.stream("html")).isEqualTo("201 text/html {X-A=b} <p>ü");
            assertThat(worker.stream("later")).isEqualTo("200 application/octet-stream {} ab");
            assertThat(worker.stream("lines")).isEqualTo("200 application/x-ndjson {} {\"a\":1}\n[2]\n");
            assertThat(worker.stream("nothing")).isEqualTo("200 text/plain; charset=utf-8 {} ");
        }
    }

    @Test
    void aStreamThatBreaksOffSaysWhy() throws Exception {
        try (WorkerProgram worker = WorkerProgram.ready(home, """
                def at_once():
                    raise ValueError("no")
                    yield 1
                def later():
                    yield "a"
                    raise ValueError("no more")
                def wrong():
                    yield "a"
                    yield float("inf")
                """)) {
            // Nothing was answered yet, so it is a failure like any other.
            assertThat(((Failed) worker.call("at_once", "[]")).error()).isEqualTo("ValueError: no");

            for (Map.Entry<String, String> each : Map.of(
                            "later", "ValueError: no more", "wrong", "the result holds NaN")
                    .entrySet()) {
                String id = worker.begin(each.getKey(), "[]", "{}");
                assertThat(worker.next()).isInstanceOf(Answer.class);
                worker.say(new ToWorker.More(id, 9));
                assertThat(worker.next()).isInstanceOf(Chunk.class);
                assertThat(((End) worker.next()).error()).startsWith(each.getValue());
            }
        }
    }

    @Test
    void aStreamThatNobodyWaitsForIsClosedAndTheNextCallIsAnswered() throws Exception {
        try (WorkerProgram worker = WorkerProgram.ready(home, """
                closed = []
                def endless():
                    try:
                        while True:
                            yield "x"
                    finally:
                        closed.append(1)
                def seen(): return len(closed)
                """)) {
            String id = worker.begin("endless", "[]", "{}");
            assertThat(worker.next()).isInstanceOf(Answer.class);
            worker.say(new ToWorker.More(id, 2));
            assertThat(worker.next()).isInstanceOf(Chunk.class);
            assertThat(worker.next()).isInstanceOf(Chunk.class);
            worker.say(new ToWorker.Cancel(id));
            assertThat(worker.next()).isEqualTo(new End(id, "cancelled"));

            assertThat(worker.answer("seen", "[]")).isEqualTo("1");
        }
    }

    @Test
    void whatIsPrintedComesWithItsCallAndBeforeItsAnswer() throws Exception {
        try (WorkerProgram worker = WorkerProgram.ready(home, """
                import sys, os, logging
                print("at load")
                def f(n):
                    print("out", n)
                    print("err", n, file=sys.stderr)
                    logging.warning("logged")
                    sys.stdout.buffer.write(b"bytes ")
                    sys.stdout.write("without end")
                def much():
                    for i in range(20000):
                        print("line", i)
                    print("y" * 100000)
                def shell():
                    os.system("echo from a shell")
                """)) {
            assertThat(worker.printed(null)).isEqualTo("at load\n");
            for (int i = 1; i <= 3; i++) {
                worker.answer("f", "[" + i + "]");
                assertThat(worker.printed("c" + i))
                        .isEqualTo("out " + i + "\nerr " + i + "\nWARNING:root:logged\nbytes without end\n");
            }

            worker.answer("much", "[]");
            List<String> lines = worker.printed("c4").lines().toList();
            assertThat(lines.subList(0, 20_000)).contains("line 0", "line 12345", "line 19999");
            assertThat(String.join("", lines.subList(20_000, lines.size()))).isEqualTo("y".repeat(100_000));
            assertThat(worker.printed).allSatisfy(log -> assertThat(log.text()).hasSizeLessThanOrEqualTo(20_000));

            worker.answer("shell", "[]");
            worker.awaitPrinted(null, "from a shell\n");
            assertThat(worker.output()).isEmpty();
        }
    }

    @Test
    void fourCallsRunAtOnce() throws Exception {
        try (WorkerProgram worker = new WorkerProgram(home)) {
            FromWorker ready = worker.init("python3", """
                    import threading, asyncio, carrel
                    barrier = threading.Barrier(4)
                    together = []
                    def meet(n):
                        print("met", n)
                        barrier.wait(10)
                        return [n, carrel.request().id]
                    async def ameet(n):
                        global event
                        together.append(n)
                        if len(together) == 1:
                            event = asyncio.Event()
                        if len(together) == 4:
                            event.set()
                        await asyncio.wait_for(event.wait(), 10)
                        return carrel.request().id
                    def stream(n):
                        for i in range(n):
                            yield "x"
                    """, Map.of(), List.of(), Map.of(), 4);
            assertThat(ready).isEqualTo(new Ready(List.of("meet", "ameet", "stream"), 4));

            Set<String> answers = new HashSet<>();
            for (int i = 0; i < 4; i++) {
                worker.begin("meet", "[" + i + "]", "{}");
            }
            for (int i = 0; i < 4; i++) {
                answers.add(text(worker.next()));
            }
            assertThat(answers).containsExactlyInAnyOrder("[0,\"c1\"]", "[1,\"c2\"]", "[2,\"c3\"]", "[3,\"c4\"]");
            assertThat(worker.printed("c3")).isEqualTo("met 2\n");

            for (int i = 0; i < 4; i++) {
                worker.begin("ameet", "[" + i + "]", "{}");
            }
            answers.clear();
            for (int i = 0; i < 4; i++) {
                answers.add(text(worker.next()));
            }
            assertThat(answers).containsExactlyInAnyOrder("c5", "c6", "c7", "c8");

            String id = worker.begin("stream", "[3]", "{}");
            assertThat(worker.next()).isInstanceOf(Answer.class);
            worker.say(new ToWorker.More(id, 9));
            assertThat(worker.rest(id)).isEqualTo("xxx");
        }
    }

    @Test
    void aDrainedWorkerFinishesSaysByeAndEnds() throws Exception {
        for (int concurrency : new int[] {1, 4}) {
            try (WorkerProgram worker = new WorkerProgram(home)) {
                worker.init("python3", """
                        import threading, os, time
                        def slow():
                            deadline = time.monotonic() + 10
                            while not os.path.exists("go") and time.monotonic() < deadline:
                                pass
                            return "done"
                        def go(): pass
                        """, Map.of(), List.of(), Map.of(), concurrency);
                worker.begin("slow", "[]", "{}");
                worker.say(new ToWorker.Drain());
                java.nio.file.Files.writeString(home.resolve("go"), "");

                assertThat(text(worker.next())).isEqualTo("done");
                assertThat(worker.next()).isEqualTo(new Bye());
                assertThat(worker.exit()).isZero();
                java.nio.file.Files.delete(home.resolve("go"));
            }
        }
    }

    @Test
    void aWorkerWhoseHelloIsRefusedEndsAndSaysWhy() throws Exception {
        try (WorkerProgram worker = new WorkerProgram(home)) {
            worker.say(new ToWorker.Refused("token: not known (expected: that of a start)"));

            assertThat(worker.exit()).isEqualTo(1);
            assertThat(worker.output()).contains("ends: token: not known");
        }
    }

    @Test
    void anIdleWorkerSaysThatItIsThere() throws Exception {
        try (WorkerProgram worker = WorkerProgram.ready(home, "def f(): return 1")) {
            worker.awaitBeat();
            worker.say(new ToWorker.Beat());

            assertThat(worker.answer("f", "[]")).isEqualTo("1");
        }
    }

    @Test
    void processesThatAHandlerForksPrintAndDoNotAnswer() throws Exception {
        try (WorkerProgram worker = WorkerProgram.ready(home, """
                import multiprocessing, os
                def square(x):
                    print("child", x)
                    return x * x
                def pool():
                    with multiprocessing.get_context("fork").Pool(2) as p:
                        return p.map(square, [1, 2, 3])
                def fork():
                    child = os.fork()
                    if child:
                        os.waitpid(child, 0)
                    return "child" if child == 0 else "parent"
                """)) {
            assertThat(worker.answer("pool", "[]")).isEqualTo("[1,4,9]");
            worker.awaitPrinted(null, "child 3");
            assertThat(worker.answer("fork", "[]")).isEqualTo("parent");
            assertThat(worker.answer("square", "[4]")).isEqualTo("16");
        }
    }

    @Test
    void aBlankWorkerThatIsDrainedEnds() throws Exception {
        try (WorkerProgram worker = new WorkerProgram(home)) {
            worker.say(new ToWorker.Drain());

            assertThat(worker.next()).isEqualTo(new Bye());
            assertThat(worker.exit()).isZero();
        }
    }

    @Test
    void aBrokerThatDropsItsConnectionIsTakenForGone() throws Exception {
        try (WorkerProgram worker = WorkerProgram.ready(home, "def f(): return 1")) {
            worker.transport().drop(worker.peer());

            // It connects again by itself, and what it says there first is no hello.
            assertThat(worker.exit()).isEqualTo(1);
            assertThat(worker.output()).contains("ends: ");
        }
    }

    @Test
    void termEndsItAtOnceAlsoInACall() throws Exception {
        try (WorkerProgram worker =
                WorkerProgram.ready(home, "def f():\n  print('in', flush=True)\n  while True: pass")) {
            worker.begin("f", "[]", "{}");
            worker.process().destroy();

            assertThat(worker.exit()).isEqualTo(128 + 15);
        }
    }
}
