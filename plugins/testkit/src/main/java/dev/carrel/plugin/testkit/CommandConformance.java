/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.carrel.plugin.Command;
import dev.carrel.plugin.Command.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A {@link Command}: it says what it is, does what it is told, and refuses what it does not understand. */
@Timeout(120)
public abstract class CommandConformance {
    private static final Duration ENDS_WITHIN = Duration.ofSeconds(5);

    private Command command = new FakeCommand();

    /** For subclasses. */
    protected CommandConformance() {}

    /** The subject. */
    protected abstract Command command();

    /** Data that it takes, and with which it is done within seconds; may be used several times at once. */
    protected abstract String goodData();

    /** Data that it refuses; none for a command that looks at none. */
    protected abstract List<String> badData();

    /** Data with which it takes long; empty for a command that never does. */
    protected Optional<String> longData() {
        return Optional.empty();
    }

    @BeforeEach
    final void open() {
        command = command();
    }

    private static Call call(String data) {
        return new Call("call-1", "user:root", data);
    }

    @Test
    void itsTermsAreAlwaysTheSame() {
        assertThat(command.terms()).isNotNull().isEqualTo(command.terms());
        assertThat(command().terms()).isEqualTo(command.terms());
    }

    @Test
    void itDoesItsWorkInTimeAndAnswersShortly() throws Exception {
        long begin = System.nanoTime();
        String answer = command.run(call(goodData()));

        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .isLessThan(command.terms().limit());
        assertThat(answer).isNotNull().hasSizeLessThanOrEqualTo(Command.Terms.ANSWER);
    }

    @Test
    void itMayBeToldTheSameTwice() throws Exception {
        command.run(call(goodData()));
        assertThat(command.run(call(goodData()))).isNotNull();
    }

    @Test
    void whatItDoesNotUnderstandItRefusesAndGoesOn() throws Exception {
        for (String data : badData()) {
            Throwable refusal = catchThrowable(() -> command.run(call(data)));
            assertThat(refusal).as("of \"%s\"", data).isInstanceOf(IllegalArgumentException.class);
            assertThat(refusal.getMessage()).as("says what was expected").contains("expected");
        }
        assertThat(command.run(call(goodData()))).isNotNull();
    }

    @Test
    void asManyRunAtOnceAsItSays() throws Exception {
        int atOnce = command.terms().atOnce();
        CountDownLatch begin = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newFixedThreadPool(atOnce)) {
            for (int round = 0; round < 50; round++) {
                List<Future<String>> runs = new ArrayList<>();
                for (int i = 0; i < atOnce; i++) {
                    runs.add(threads.submit(() -> {
                        begin.await();
                        return command.run(call(goodData()));
                    }));
                }
                begin.countDown();
                for (Future<String> run : runs) {
                    assertThat(run.get()).isNotNull();
                }
            }
        }
    }

    @Test
    void itEndsWhenItIsInterrupted() throws Exception {
        String data = longData().orElse(goodData());
        CountDownLatch ended = new CountDownLatch(1);
        AtomicReference<String> how = new AtomicReference<>("it goes on");
        Thread running = new Thread(() -> {
            how.set(String.valueOf(catchThrowable(() -> command.run(call(data)))));
            ended.countDown();
        });
        running.setDaemon(true);
        running.start();
        running.interrupt();
        assertThat(ended.await(ENDS_WITHIN.toSeconds(), TimeUnit.SECONDS))
                .as("it ends within %s of an interruption: %s", ENDS_WITHIN, how)
                .isTrue();
    }
}
