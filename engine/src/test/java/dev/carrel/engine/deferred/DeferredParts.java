/* Copyright the Carrel authors. */
package dev.carrel.engine.deferred;

import dev.carrel.chassis.settings.DataSize;
import dev.carrel.engine.call.Admission;
import dev.carrel.engine.call.Unattended;
import dev.carrel.engine.function.FunctionId;
import dev.carrel.engine.function.FunctionVersion;
import dev.carrel.engine.function.Functions;
import dev.carrel.engine.web.Endpoints;
import dev.carrel.http.outgoing.AddressRange;
import dev.carrel.http.outgoing.AddressRules;
import dev.carrel.http.outgoing.AddressRules.PortRange;
import dev.carrel.http.outgoing.OutgoingClient;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Asynchronous calls over the parts of another feature's rig; time is the real one. */
public final class DeferredParts {
    public static final int PER_OWNER = 20;

    private final DeferredRunner runner;
    private final Deliveries deliveries;
    private final DeferredEndpoint endpoint;

    public DeferredParts(
            DeferredStore store,
            Admission admission,
            Unattended unattended,
            Functions functions,
            MeterRegistry metrics) {
        DeferredSettings settings = settings();
        Clock clock = Clock.systemUTC();
        FunctionWork work = new FunctionWork(functions, unattended, settings, clock);
        runner = new DeferredRunner(store, work, settings, new DeferredMeters(metrics), clock, "house");
        OutgoingClient client = outgoing();
        deliveries = new Deliveries(
                store,
                functions,
                question -> client.ask(question, Duration.ofSeconds(5), 1000).status(),
                new DeferredMeters(metrics),
                clock);
        runner.onEnd(deliveries::wake);
        DeferredCalls calls = new DeferredCalls(store, runner, settings, functions, client, clock);
        endpoint = new DeferredEndpoint(admission, calls, settings);
    }

    /** What takes calls into a store and runs none. */
    public static DeferredCalls calls(DeferredStore store, Clock clock, int perOwner) {
        DeferredSettings settings = settings(perOwner);
        DeferredMeters meters = new DeferredMeters(new SimpleMeterRegistry());
        DeferredRunner idle =
                new DeferredRunner(store, (_, _) -> new Unattended.CalledOff(), settings, meters, clock, "house");
        return new DeferredCalls(store, idle, settings, new NoFunctions(), outgoing(), clock);
    }

    /** Gives a call a result. */
    public static void end(DeferredStore store, DeferredCall call, Instant now) {
        store.finish(
                call.ended(new DeferredCall.End(now, 200, "")),
                new Unattended.Final(1, 200, "text/plain", Map.of(), new byte[0], "", "", ""));
    }

    /** Gives a call this result. */
    public static void end(DeferredStore store, DeferredCall call, Unattended.Final result) {
        store.finish(call.ended(new DeferredCall.End(Instant.now(), result.status(), result.code())), result);
    }

    /** Nothing is published, and there is no secret. */
    static class NoFunctions implements Functions {
        @Override
        public Optional<FunctionVersion> find(FunctionId function, String alias) {
            return Optional.empty();
        }

        @Override
        public Optional<Instant> since(FunctionId function) {
            return Optional.empty();
        }

        @Override
        public List<FunctionVersion> keptWarm() {
            return List.of();
        }

        @Override
        public Map<String, String> secrets(FunctionId function) {
            return Map.of();
        }

        @Override
        public void listen(Listener listener) {}
    }

    /** Few calls, small ones, and quick ends. */
    public static DeferredSettings settings() {
        return settings(PER_OWNER);
    }

    private static DeferredSettings settings(int perOwner) {
        return new DeferredSettings(
                new DataSize(50_000),
                new DataSize(50_000),
                perOwner,
                1000,
                1000,
                Duration.ofHours(1),
                8,
                3,
                Duration.ofSeconds(3));
    }

    /** To one address of this machine, on any port but low ones. */
    public static OutgoingClient outgoing() {
        return new OutgoingClient(
                new AddressRules(List.of(AddressRange.parse("127.0.0.1")), List.of(new PortRange(1024, 65_535))));
    }

    public Endpoints endpoints() {
        return endpoint;
    }

    public void start() {
        deliveries.start();
        runner.start();
    }

    public void stop() throws InterruptedException {
        runner.stop();
        deliveries.stop();
    }
}
