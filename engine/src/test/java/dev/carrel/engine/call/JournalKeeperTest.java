/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.chassis.settings.DataSize;
import dev.carrel.engine.function.FunctionId;
import dev.carrel.engine.function.FunctionSpec.Visibility;
import dev.carrel.engine.function.FunctionVersion;
import dev.carrel.engine.journal.JournalFiles;
import dev.carrel.engine.journal.JournalSettings;
import dev.carrel.engine.store.StoreException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What functions printed, over engines that come and go, disks that refuse and functions that end. */
class JournalKeeperTest {
    private static final LogQuery ALL = new LogQuery(0, Instant.MIN, "", 10_000, true);

    @TempDir
    Path folder;

    private FakeFunctions functions = new FakeFunctions();
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final FunctionVersion version =
            DispatcherRig.version("calc", 1, DispatcherRig.limits(1, 0, 1, 1), Visibility.PUBLIC, false);
    private final FunctionId calc = version.function();
    private Journals journals;
    private JournalKeeper keeper;

    @BeforeEach
    void engine() {
        functions.publish(version);
        anotherEngine();
    }

    /** The former one was killed: it wrote nothing more. */
    private void anotherEngine() {
        journals = new Journals(Clock.systemUTC());
        JournalSettings settings =
                new JournalSettings(new DataSize(1 << 20), new DataSize(64 << 20), Duration.ofDays(14));
        keeper = new JournalKeeper(journals, new JournalFiles(root(), settings), functions, Clock.systemUTC(), metrics);
    }

    private Path root() {
        return folder.resolve("functions");
    }

    private void print(String text) {
        journals.log(version, "c1", text);
    }

    private void call(String id) {
        journals.of(calc)
                .done(
                        version.created(),
                        new Journal.Done(0, id, Instant.now(), "add", 1, 200, 5, false, ""),
                        false,
                        1_000_000);
    }

    private List<String> texts() {
        return keeper.lines(calc, ALL).lines().stream().map(Journal.Line::text).toList();
    }

    @Test
    void linesAndCallsOutliveTheEngineUnderTheirNumbers() {
        print("one\ntwo");
        call("a");
        List<Journal.Line> seen = keeper.lines(calc, ALL).lines();
        assertThat(keeper.calls(calc, 10)).hasSize(1);
        anotherEngine();
        print("three");
        call("b");
        List<Journal.Line> after = keeper.lines(calc, ALL).lines();
        assertThat(after).startsWith(seen.toArray(new Journal.Line[0]));
        assertThat(after).extracting(Journal.Line::number).containsExactly(1L, 2L, 3L);
        assertThat(after.getLast().call()).isEqualTo("c1");
        assertThat(keeper.calls(calc, 10)).extracting(Journal.Done::id).containsExactly("b", "a");
        assertThat(keeper.calls(calc, 10).getLast())
                .isEqualTo(new Journal.Done(
                        1, "a", keeper.calls(calc, 10).getLast().at(), "add", 1, 200, 5, false, ""));
    }

    @Test
    void whatOneAsksForIsFoundInFilesAndInMemory() {
        IntStream.rangeClosed(1, 3000).forEach(i -> {
            print("line " + i);
            if (i % 400 == 0) {
                keeper.writeAll();
            }
        });
        assertThat(keeper.lines(calc, new LogQuery(0, Instant.MIN, "", 3, true)).lines())
                .extracting(Journal.Line::text)
                .containsExactly("line 2998", "line 2999", "line 3000");
        JournalKeeper.Told page = keeper.lines(calc, new LogQuery(10, Instant.MIN, "", 3, false));
        assertThat(page.lines()).extracting(Journal.Line::number).containsExactly(11L, 12L, 13L);
        assertThat(page.last()).isEqualTo(13);
        assertThat(keeper.lines(calc, new LogQuery(2999, Instant.MIN, "", 3, false))
                        .lines())
                .hasSize(1);
        assertThat(keeper.lines(calc, new LogQuery(0, Instant.now().plusSeconds(9), "", 3, true))
                        .lines())
                .isEmpty();
        assertThat(keeper.lines(calc, new LogQuery(0, Instant.MIN, "other", 3, true))
                        .lines())
                .isEmpty();
    }

    @Test
    void whatTheWriterCannotFollowIsDroppedAndTheLogSaysHowMuch() {
        print("first");
        keeper.writeAll();
        IntStream.range(0, 2500).forEach(i -> print("flood " + i));
        assertThat(texts())
                .hasSize(1002)
                .startsWith(
                        "first", "… 1500 lines are missing here: more was printed than could be kept.", "flood 1500");
        anotherEngine();
        print("later");
        assertThat(keeper.lines(calc, ALL).lines().getLast().number()).isEqualTo(2502);
        assertThat(metrics.counter("carrel.function.log.lost").count()).isEqualTo(1500);
    }

    @Test
    void longLinesDoNotFillTheMemory() {
        IntStream.range(0, 1000).forEach(i -> print("x".repeat(10_000)));
        assertThat(journals.of(calc).lines(0)).hasSizeBetween(100, 140);
    }

    @Test
    void aDiskThatRefusesStopsNothingAndIsTold() throws Exception {
        print("before");
        keeper.writeAll();
        Path away = folder.resolve("away");
        Files.move(root(), away);
        // Where the folder was is a file: as on a full or read-only disk nothing can be written, by root neither.
        Files.writeString(root(), "");
        IntStream.range(0, 5).forEach(i -> print("meanwhile " + i));
        call("a");
        keeper.writeAll();
        assertThat(keeper.fault().orElse("")).contains("the disk refuses it");
        JournalKeeper.Told told = keeper.lines(calc, ALL);
        assertThat(told.fault()).contains("cannot keep lines");
        assertThat(told.lines()).extracting(Journal.Line::text).contains("meanwhile 0", "meanwhile 4");
        assertThat(keeper.calls(calc, 10)).hasSize(1);

        Files.delete(root());
        Files.move(away, root());
        keeper.writeAll();
        assertThat(keeper.fault()).isEmpty();
        assertThat(keeper.lines(calc, ALL).fault()).isEmpty();
        anotherEngine();
        assertThat(texts())
                .containsExactly("before", "meanwhile 0", "meanwhile 1", "meanwhile 2", "meanwhile 3", "meanwhile 4");
    }

    @Test
    void aFunctionThatIsDeletedTakesItsLogAlong() throws Exception {
        print("secret");
        call("a");
        assertThat(texts()).containsExactly("secret");
        functions.delete(calc);
        keeper.writeAll();
        keeper.tidy();
        assertThat(kept()).isEmpty();
        print("a worker's last words");
        keeper.writeAll();
        assertThat(kept()).isEmpty();

        functions.since.put(calc, Instant.now().plusSeconds(5));
        functions.publish(version);
        // An old worker still speaks.
        print("of the former");
        call("b");
        assertThat(texts()).isEmpty();
        assertThat(keeper.calls(calc, 10)).isEmpty();
        assertThat(journals.of(calc).sums().calls()).isZero();
        assertThat(journals.of(calc).cut().calls()).as("its owner's accounts").isEqualTo(2);
    }

    @Test
    void oneThatWasDeletedWhileTheEngineWasDownIsFoundAndRemoved() throws Exception {
        print("secret");
        keeper.writeAll();
        functions = new FakeFunctions();
        anotherEngine();
        keeper.tidy();
        assertThat(kept()).isEmpty();
    }

    @Test
    void oneThatWasMadeAnewUnseenHasNothingOfTheFormer() {
        print("secret");
        keeper.writeAll();
        functions.since.put(calc, Instant.ofEpochSecond(5));
        anotherEngine();
        assertThat(texts()).isEmpty();
    }

    private List<Path> kept() throws IOException {
        if (!Files.exists(root())) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(root())) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    @Test
    void whoFollowsIsToldOfTheEnd() throws Exception {
        print("one");
        JournalKeeper.Told told = keeper.lines(calc, ALL);
        assertThat(keeper.await(calc, told, Duration.ofMillis(1))).isTrue();
        CountDownLatch ended = new CountDownLatch(1);
        Thread follower = Thread.ofVirtual().start(() -> {
            try {
                if (!keeper.await(calc, told, Duration.ofSeconds(60))) {
                    ended.countDown();
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        functions.delete(calc);
        assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
        follower.join();
    }

    @Test
    void whenTheDatabaseIsAwayLinesWaitInMemory() {
        FakeFunctions real = functions;
        boolean[] away = {true};
        functions = new FakeFunctions() {
            @Override
            public Optional<Instant> since(FunctionId function) {
                if (away[0]) {
                    throw new StoreException("away");
                }
                return real.since(function);
            }
        };
        anotherEngine();
        print("one");
        keeper.writeAll();
        assertThat(keeper.lines(calc, ALL).fault()).isNotEmpty();
        away[0] = false;
        keeper.writeAll();
        anotherEngine();
        assertThat(texts()).containsExactly("one");
    }

    @Test
    void theWriterWritesByItselfAndAtTheEnd() throws Exception {
        keeper.start();
        print("one");
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (kept().isEmpty() && System.nanoTime() < until) {
            Thread.onSpinWait();
        }
        print("two");
        keeper.stop();
        anotherEngine();
        assertThat(texts()).containsExactly("one", "two");
    }
}
