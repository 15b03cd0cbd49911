/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.chassis.settings.DataSize;
import dev.carrel.engine.call.DispatcherRig.Asked;
import dev.carrel.engine.function.FunctionVersion;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Fleet, desks and scaler over a machine in memory; time passes and ticks come when the test says. */
final class FleetRig implements AutoCloseable {
    final FakeMachine machine = new FakeMachine();
    final FakeFunctions functions = new FakeFunctions();
    final Journals journals = new Journals(Clock.systemUTC());
    final AtomicLong now = new AtomicLong(Duration.ofDays(1).toNanos());
    final CallSettings settings;
    final Fleet fleet;
    final Desks desks;
    final Scaler scaler;
    private int numbers;

    FleetRig() {
        this(settings(64, 0));
    }

    FleetRig(CallSettings settings) {
        this.settings = settings;
        fleet = new Fleet(
                new Containers(machine, machine),
                functions,
                settings,
                journals,
                new CallMeters(new io.micrometer.core.instrument.simple.SimpleMeterRegistry()),
                now::get,
                Runnable::run);
        desks = new Desks(version -> new Dispatcher(version, settings.startLimit(), fleet, Elsewhere.NOWHERE));
        scaler = new Scaler(desks, fleet, functions, settings, now::get, Runnable::run);
        machine.listen(fleet::told);
    }

    static CallSettings settings(int maxWorkers, int warmCells) {
        return new CallSettings(
                new DataSize(1 << 20), new DataSize(1 << 20), maxWorkers, 100, Duration.ofSeconds(30), warmCells);
    }

    static FunctionVersion version(String name, long number, int min, int max) {
        return DispatcherRig.version(
                name,
                number,
                DispatcherRig.limits(1, min, max, 100),
                dev.carrel.engine.function.FunctionSpec.Visibility.PUBLIC,
                false);
    }

    Asked call(FunctionVersion version) {
        Asked asked = new Asked(now.get(), Duration.ofDays(1), "c" + numbers++);
        desks.active(version, now.get()).submit(asked.call, now.get());
        machine.settle();
        return asked;
    }

    void tick() {
        scaler.tick();
        machine.settle();
    }

    /** Lets time pass in steps that a real scaler would make, beats of workers included. */
    void pass(Duration time) {
        long end = now.get() + time.toNanos();
        while (now.get() < end) {
            now.set(Math.min(end, now.get() + Duration.ofSeconds(1).toNanos()));
            if (!machine.silent) {
                machine.living().forEach(w -> w.say(new dev.carrel.protocol.worker.FromWorker.Beat()));
            }
            machine.settle();
            tick();
        }
    }

    @Override
    public void close() {
        machine.end();
    }
}
