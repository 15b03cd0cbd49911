/* Copyright the Carrel authors. */
package dev.carrel.engine.deferred;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import dev.carrel.chassis.boot.Services;
import dev.carrel.chassis.site.DataFolder;
import dev.carrel.engine.web.WebModule;
import java.time.Clock;

/** Binds asynchronous calls. Needs calls of functions, {@link DeferredStore} and {@link DeferredSettings} from elsewhere. */
public final class DeferredModule extends AbstractModule {
    @Override
    protected void configure() {
        bind(DeferredMeters.class).in(Singleton.class);
        bind(DeferredWork.class).to(FunctionWork.class).in(Singleton.class);
        bind(FunctionWork.class).in(Singleton.class);
        bind(DeferredCalls.class).in(Singleton.class);
        bind(DeferredEndpoint.class).in(Singleton.class);
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
            Clock clock,
            DataFolder data) {
        DeferredRunner runner = new DeferredRunner(store, work, settings, meters, clock, data.installId());
        meters.watch(runner::runs);
        return runner;
    }
}
