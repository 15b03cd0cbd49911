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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A program of any language is started for each call. */
@Timeout(60)
class ExecutableWorkerTest {
    @TempDir
    Path home;

    @Test
    void argumentsAreWordsAndKeywordsAreVariables() throws Exception {
        try (WorkerProgram worker = started("#!/bin/sh\necho \"$# $1|$2|$3 $CARREL_ARG_KEY_A $KEY $CARREL_METHOD\"")) {
            worker.begin("main", "[\"a b\",2,{\"x\":[]}]", "{\"key-a\":\"ü\"}");
            Answer answer = (Answer) worker.next();

            assertThat(text(answer)).isEqualTo("3 a b|2|{\"x\": []} ü v POST\n");
            assertThat(answer.type()).isEqualTo("text/plain; charset=utf-8");
            assertThat(text(worker.call("", "[]"))).startsWith("0 ||");
        }
    }

    @Test
    void theBodyIsItsInputAndItsOutputTheAnswer() throws Exception {
        try (WorkerProgram worker = started("#!/bin/cat")) {
            byte[] body = new byte[3 << 20];
            body[5] = (byte) 0xff;
            worker.begin("main", "[]", "{}", "a/b", body);
            Answer answer = (Answer) worker.next();
            // cat is given the program's own path as its argument, for #! is how it was started.
            assertThat(answer.body()).startsWith("#!/bin/cat".getBytes(UTF_8));
        }
        try (WorkerProgram worker = started("#!/bin/sh\nexec cat")) {
            byte[] body = new byte[3 << 20];
            body[5] = (byte) 0xff;
            worker.begin("main", "[]", "{}", "a/b", body);
            Answer answer = (Answer) worker.next();
            assertThat(answer.body()).isEqualTo(body);
            assertThat(answer.type()).isEqualTo("application/octet-stream");
        }
    }

    @Test
    void aProgramThatDoesNotReadItsInputIsFine() throws Exception {
        try (WorkerProgram worker = started("#!/bin/sh\necho done")) {
            worker.begin("main", "[]", "{}", "a/b", new byte[3 << 20]);

            assertThat(text(worker.next())).isEqualTo("done\n");
        }
    }

    @Test
    void aStatusOtherThanZeroIsAFailure() throws Exception {
        try (WorkerProgram worker =
                started("#!/bin/sh\necho first >&2; echo $1 >&2; [ -n \"$2\" ] && kill -9 $$; exit 3")) {
            Failed failed = (Failed) worker.call("main", "[\"the reason\"]");
            assertThat(failed).isEqualTo(new Failed("c1", Kind.RAISED, "the reason", ""));
            assertThat(worker.printed("c1")).isEqualTo("first\nthe reason\n");
            assertThat(((Failed) worker.call("main", "[\"\",\"x\"]")).error()).isEqualTo("first");
        }
        try (WorkerProgram worker = started("#!/bin/sh\n[ -n \"$1\" ] && kill -9 $$; exit 3")) {
            assertThat(((Failed) worker.call("main", "[]")).error()).isEqualTo("exit status 3");
            assertThat(((Failed) worker.call("main", "[1]")).error()).isEqualTo("ended by signal 9");
        }
    }

    @Test
    void tooMuchOutputEndsIt() throws Exception {
        try (WorkerProgram worker = started("#!/bin/sh\nexec cat /dev/zero")) {
            Failed failed = (Failed) worker.call("main", "[]");

            assertThat(failed.kind()).isEqualTo(Kind.RESULT);
            assertThat(failed.error()).contains("more than 4194304 bytes");
        }
    }

    @Test
    void aCancelledCallEndsTheProgramAndWhatItStarted() throws Exception {
        try (WorkerProgram worker = started("#!/bin/sh\nsleep 1000 & echo $! > child; wait")) {
            String id = worker.begin("main", "[]", "{}");
            ProcessHandle child = ProcessHandle.of(pid("child")).orElseThrow();
            worker.say(new ToWorker.Cancel(id));

            assertThat(worker.next()).isEqualTo(new Failed(id, Kind.RAISED, "cancelled", ""));
            child.onExit().get(20, java.util.concurrent.TimeUnit.SECONDS);
        }
    }

    @Test
    void whatItLeavesBehindIsNotWaitedFor() throws Exception {
        try (WorkerProgram worker = started("#!/bin/sh\nsleep 1000 & echo $! > child; echo done")) {
            assertThat(text(worker.call("main", "[]"))).isEqualTo("done\n");
            ProcessHandle.of(pid("child"))
                    .ifPresent(child -> assertThat(child.onExit()).succeedsWithin(Duration.ofSeconds(20)));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "echo x|the program does not begin with #! (expected:",
                "''|the program does not begin with #! (expected:",
                "#!/no/such|'#!/no/such': there is no such program",
                "#!/usr/bin/env nosuch|'#!/usr/bin/env nosuch': nosuch is not there"
            })
    void whatCannotBeStartedIsUnfit(String code, String error) throws Exception {
        try (WorkerProgram worker = new WorkerProgram(home)) {
            assertThat(worker.init("executable", code, Map.of(), List.of(), Map.of(), 1))
                    .isInstanceOfSatisfying(
                            Unfit.class, unfit -> assertThat(unfit.error()).startsWith(error));
        }
    }

    private WorkerProgram started(String code) throws Exception {
        WorkerProgram worker = new WorkerProgram(home);
        assertThat(worker.init("executable", code, Map.of(), List.of(), Map.of("KEY", "v"), 1))
                .isEqualTo(new Ready(List.of("main"), 1));
        return worker;
    }

    private long pid(String file) throws Exception {
        Instant deadline = Instant.now().plusSeconds(20);
        while (Instant.now().isBefore(deadline)) {
            String text = Files.exists(home.resolve(file)) ? Files.readString(home.resolve(file)) : "";
            if (text.endsWith("\n")) {
                return Long.parseLong(text.strip());
            }
            Thread.onSpinWait();
        }
        throw new AssertionError("no process id in twenty seconds");
    }
}
