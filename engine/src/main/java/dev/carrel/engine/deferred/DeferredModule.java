/* Copyright the Carrel authors. */
package dev.carrel.engine.deferred;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import dev.carrel.chassis.boot.Services;
import dev.carrel.chassis.site.DataFolder;
import dev.carrel.engine.function.Functions;
import dev.carrel.engine.web.WebModule;
import dev.carrel.http.outgoing.OutgoingClient;
import java.time.Clock;
import java.time.Duration;

/** Binds asynchronous calls. Needs calls of functions, {@link DeferredStore} and {@link DeferredSettings} from elsewhere. */
public final class DeferredModule extends AbstractModule {
    private static final Duration TIME = Duration.ofSeconds(10);

    @Override
    protected void configure() {
        bind(DeferredMeters.class).in(Singleton.class);
        bind(DeferredWork.class).to(FunctionWork.class).in(Singleton.class);
        bind(FunctionWork.class).in(Singleton.class);
        bind(DeferredCalls.class).in(Singleton.class);
        bind(DeferredEndpoint.class).in(Singleton.class);
        Services.add(binder(), Deliveries.class);
        Services.add(binder(), DeferredRunner.class);
        WebModule.add(binder(), DeferredEndpoint.class);
    }

    @Provides
    @Singleton
    DeferredRunner runner(
            DeferredStore store,
            DeferredWork work,
            DeferredSettings settings,
            DeferredMeters meters,
            Deliveries deliveries,
            Clock clock,
            DataFolder data) {
        DeferredRunner runner = new DeferredRunner(store, work, settings, meters, clock, data.installId());
        runner.onEnd(deliveries::wake);
        meters.watch(runner::runs);
        return runner;
    }

    @Provides
    @Singleton
    Deliveries deliveries(
            DeferredStore store, Functions functions, OutgoingClient client, DeferredMeters meters, Clock clock) {
        return new Deliveries(
                store, functions, question -> client.ask(question, TIME, 0).status(), meters, clock);
    }
}
