/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.carrel.engine.function.FunctionId;
import dev.carrel.engine.function.FunctionSpec.Visibility;
import dev.carrel.engine.function.FunctionVersion;
import dev.carrel.engine.store.StoreException;
import dev.carrel.plugin.UsageAccounting.FunctionUse;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every call is told to accounts in one span, and in no other. */
class CallAccountingTest {
    private boolean databaseAway;
    private final FakeFunctions functions = new FakeFunctions() {
        @Override
        public Optional<FunctionVersion> find(FunctionId function, String alias) {
            if (databaseAway) {
                throw new StoreException("away");
            }
            return super.find(function, alias);
        }
    };
    private final Moving clock = new Moving();
    private final Journals journals = new Journals(clock);
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final CallMeters meters = new CallMeters(metrics);
    private final List<FunctionUse> told = new ArrayList<>();
    private boolean refusing;
    private final CallAccounting accounting = new CallAccounting(this::record, journals, meters, functions);
    private final FunctionVersion calc =
            DispatcherRig.version("calc", 1, DispatcherRig.limits(1, 0, 1, 1), Visibility.PUBLIC, false);

    private static final class Moving extends Clock {
        private Instant now = Instant.parse("2026-01-31T12:00:00Z");

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneOffset getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    private void record(FunctionUse use) throws UsageAccounts.NotTaken {
        if (refusing) {
            throw new UsageAccounts.NotTaken(new IllegalStateException("the account is away"));
        }
        told.add(use);
    }

    @BeforeEach
    void published() {
        functions.publish(calc);
    }

    private void call(FunctionId function, boolean failed, Duration busy) {
        meters.ended(function, failed ? "raised" : "answered", false, busy.toNanos());
        journals.of(function)
                .done(
                        Instant.EPOCH,
                        new Journal.Done(0, "c", clock.now, "add", 1, failed ? 422 : 200, 1, false, ""),
                        failed,
                        busy.toNanos());
    }

    private void call() {
        call(calc.function(), false, Duration.ofMillis(20));
    }

    @Test
    void aSpanHoldsWhatEndedInIt() throws Exception {
        Instant begin = clock.now;
        call();
        call(calc.function(), true, Duration.ofMillis(5));
        clock.now = begin.plusSeconds(60);
        accounting.tell();

        FunctionUse use = told.getFirst();
        assertThat(use)
                .isEqualTo(new FunctionUse(
                        use.span(),
                        "ada",
                        "calc",
                        "default",
                        begin,
                        begin.plusSeconds(60),
                        2,
                        1,
                        Duration.ofMillis(25)));
        accounting.tell();
        assertThat(told).as("nothing was called since").hasSize(1);
    }

    @Test
    void spansNeverOverlapAndTheirSumIsWhatWasUsed() throws Exception {
        for (int minute = 0; minute < 5; minute++) {
            IntStream.rangeClosed(0, minute).forEach(_ -> call());
            clock.now = clock.now.plusSeconds(60);
            accounting.tell();
        }
        assertThat(told.stream().mapToLong(FunctionUse::calls).sum()).isEqualTo(15);
        for (int i = 1; i < told.size(); i++) {
            assertThat(told.get(i).from()).isEqualTo(told.get(i - 1).to());
        }
        assertThat(told).extracting(FunctionUse::span).doesNotHaveDuplicates();
    }

    @Test
    void whatWasNotTakenIsToldAgainAsTheSameSpan() throws Exception {
        call();
        refusing = true;
        accounting.tell();
        call();
        call();
        accounting.tell();
        assertThat(told).isEmpty();
        refusing = false;
        accounting.tell();
        assertThat(told).extracting(FunctionUse::calls).containsExactly(1L, 2L);
        accounting.tell();
        assertThat(told).hasSize(2);
    }

    @Test
    void whileTheDatabaseIsAwayNothingIsLost() throws Exception {
        call();
        databaseAway = true;
        accounting.tell();
        assertThat(told).extracting(FunctionUse::calls).containsExactly(1L);
        assertThat(journals.find(calc.function())).isPresent();
    }

    @Test
    void atANormalStopTheLastCallsAreToldOnce() throws Exception {
        accounting.start();
        call();
        accounting.stop();
        assertThat(told).extracting(FunctionUse::calls).containsExactly(1L);
    }

    @Test
    void ofManyCallsAtOnceNoneIsLostOrToldTwice() throws Exception {
        CountDownLatch done = new CountDownLatch(4);
        for (int caller = 0; caller < 4; caller++) {
            Thread.ofVirtual().start(() -> {
                IntStream.range(0, 5000).forEach(_ -> call());
                done.countDown();
            });
        }
        while (done.getCount() > 0) {
            accounting.tell();
        }
        accounting.stop();
        assertThat(told.stream().mapToLong(FunctionUse::calls).sum()).isEqualTo(20_000);
        assertThat(told.stream().map(FunctionUse::busy).reduce(Duration.ZERO, Duration::plus))
                .isEqualTo(Duration.ofSeconds(400));
    }

    @Test
    void aFunctionThatIsGoneIsToldOnceMoreAndThenForgotten() throws Exception {
        call();
        functions.delete(calc.function());
        call();
        accounting.tell();
        assertThat(told).extracting(FunctionUse::calls, FunctionUse::image).containsExactly(tuple(2L, ""));
        assertThat(timers()).isEqualTo(1);
        accounting.tell();
        assertThat(journals.find(calc.function())).isEmpty();
        assertThat(timers()).isZero();
    }

    private int timers() {
        return metrics.find("carrel.function.calls").timers().size();
    }

    @Test
    void aHundredFunctionsAreToldApartAndThoseThatGoMakeRoom() {
        List<FunctionId> ids = IntStream.range(0, 102)
                .mapToObj(i -> DispatcherRig.version(
                                "f" + i, 1, DispatcherRig.limits(1, 0, 1, 1), Visibility.PUBLIC, false)
                        .function())
                .toList();
        ids.forEach(id -> call(id, false, Duration.ZERO));
        assertThat(timers()).isEqualTo(101);
        assertThat(metrics.get("carrel.function.calls")
                        .tag("function", "other")
                        .timer()
                        .count())
                .isEqualTo(2);
        meters.forget(ids.get(101));
        meters.forget(ids.get(0));
        assertThat(timers()).isEqualTo(100);
        call(ids.get(101), false, Duration.ZERO);
        assertThat(metrics.get("carrel.function.calls")
                        .tag("function", "f101.ada")
                        .timer()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void gaugesTellWhatThereIsNow() {
        Standing[] now = {new Standing(3, 2, 5, 1, 4, 9, false, "")};
        meters.watch(() -> now[0]);
        assertThat(gauge("waiting", "")).isEqualTo(3);
        assertThat(gauge("running", "")).isEqualTo(2);
        assertThat(gauge("workers", "starting")).isEqualTo(4);
        assertThat(gauge("workers", "idle")).isEqualTo(1);
        assertThat(gauge("workers", "busy")).isEqualTo(4);
        assertThat(gauge("workers", "all")).isEqualTo(9);
        now[0] = new Standing(0, 0, 0, 0, 0, 0, false, "");
        assertThat(gauge("waiting", "")).isZero();
        assertThat(gauge("workers", "all")).isZero();
    }

    private double gauge(String name, String state) {
        var search = metrics.get("carrel.function." + name);
        return (state.isEmpty() ? search : search.tag("state", state)).gauge().value();
    }
}
