/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import dev.carrel.chassis.boot.Services;
import dev.carrel.chassis.ops.Health;
import dev.carrel.chassis.site.DataFolder;
import dev.carrel.chassis.site.InstanceSettings;
import dev.carrel.engine.cluster.RoomStore;
import dev.carrel.engine.function.Functions;
import dev.carrel.engine.journal.JournalFiles;
import dev.carrel.engine.journal.JournalSettings;
import dev.carrel.engine.manager.ContainerManager;
import dev.carrel.engine.web.EngineSettings;
import dev.carrel.engine.web.WebModule;
import dev.carrel.protocol.signed.SignedValues;
import dev.carrel.protocol.worker.TransportOptions;
import dev.carrel.protocol.worker.ZmqWorkerTransport;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/** Binds calls of functions. Needs {@link Functions}, a {@link ContainerManager}, {@link CallSettings}, {@link ApiSettings}, {@link JournalSettings}, the instances and the metrics from elsewhere. */
public final class CallModule extends AbstractModule {
    private static final int HEAD = 1 << 20;
    private static final LongSupplier NANOS = System::nanoTime;
    private static final Executor THREADS =
            task -> Thread.ofVirtual().name("function-work").start(task);

    @Override
    protected void configure() {
        bind(Containers.class).in(Singleton.class);
        bind(Journals.class).in(Singleton.class);
        bind(CallMeters.class).in(Singleton.class);
        bind(CallBook.class).in(Singleton.class);
        bind(CallEndpoint.class).in(Singleton.class);
        bind(PassedCallEndpoint.class).in(Singleton.class);
        bind(ApiHostEndpoint.class).in(Singleton.class);
        bind(Trials.class).in(Singleton.class);
        bind(Unattended.class).in(Singleton.class);
        bind(JournalEndpoints.class).in(Singleton.class);
        bind(CallAccounting.class).in(Singleton.class);
        // Stopped behind those who still have something to say.
        Services.add(binder(), JournalKeeper.class);
        Services.add(binder(), CallAccounting.class);
        Services.add(binder(), Calls.class);
        Services.add(binder(), RoomTalk.class);
        WebModule.add(binder(), CallEndpoint.class);
        WebModule.add(binder(), ApiHostEndpoint.class);
        WebModule.add(binder(), PassedCallEndpoint.class);
        WebModule.add(binder(), JournalEndpoints.class);
    }

    @Provides
    @Singleton
    JournalKeeper keeper(
            Journals journals,
            Functions functions,
            JournalSettings settings,
            DataFolder data,
            Clock clock,
            MeterRegistry metrics,
            Health health) {
        JournalFiles files = new JournalFiles(data.functionLogs(), settings);
        JournalKeeper keeper = new JournalKeeper(journals, files, functions, clock, metrics);
        health.warn("function-logs", keeper::fault);
        return keeper;
    }

    /** Workers may send answers as large as they may be, with their heads. */
    @Provides
    @Singleton
    Containers.Transports transports(CallSettings settings, EngineSettings engine) {
        TransportOptions usual = TransportOptions.of("", 0);
        long needed =
                Math.max(settings.maxAnswer().bytes(), settings.maxRequest().bytes()) + HEAD;
        int maxFrame = (int) Math.min(Integer.MAX_VALUE, Math.max(usual.maxFrame(), needed));
        return (address, port) -> new ZmqWorkerTransport(new TransportOptions(
                address,
                port,
                usual.connections(),
                maxFrame,
                Math.max(usual.maxQueued(), 2L * maxFrame),
                usual.hello(),
                engine.busyPoll()));
    }

    @Provides
    @Singleton
    Fleet fleet(
            Containers containers, Functions functions, CallSettings settings, Journals journals, CallMeters meters) {
        return new Fleet(containers, functions, settings, journals, meters, NANOS, THREADS);
    }

    @Provides
    @Singleton
    Calls calls(
            Functions functions,
            ContainerManager manager,
            Containers containers,
            CallSettings settings,
            Fleet fleet,
            Neighbours neighbours,
            CallMeters meters) {
        Calls calls = new Calls(functions, manager, containers, settings, fleet, neighbours, NANOS, THREADS);
        meters.watch(calls::total);
        return calls;
    }

    @Provides
    @Singleton
    Neighbours neighbours(InstanceSettings instance, CallSettings settings, SignedValues signed, Clock clock) {
        if (instance.alone()) {
            return new Neighbours("", (_, _, _, _) -> {
                throw new IllegalStateException("an instance alone sends no calls to others");
            });
        }
        HopClient client = new HopClient(instance, signed, clock);
        return new Neighbours(
                instance.name(),
                (neighbours, to, from, call) -> new Errand(client, settings, neighbours, to, from, call, NANOS));
    }

    @Provides
    @Singleton
    RoomTalk roomTalk(RoomStore store, InstanceSettings instance, Neighbours neighbours, Calls calls, Clock clock) {
        return new RoomTalk(store, instance, neighbours, calls::offer, clock, NANOS);
    }

    @Provides
    @Singleton
    Admission admission(Functions functions, Calls calls) {
        return new Admission(functions, calls, NANOS);
    }
}
