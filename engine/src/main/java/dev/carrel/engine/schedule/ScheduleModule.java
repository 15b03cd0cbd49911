/* Copyright the Carrel authors. */
package dev.carrel.engine.schedule;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;
import dev.carrel.chassis.boot.Services;

/** Binds schedules. Needs functions, asynchronous calls and {@link ScheduleStore} from elsewhere. */
public final class ScheduleModule extends AbstractModule {
    @Override
    protected void configure() {
        bind(ScheduleMeters.class).in(Singleton.class);
        bind(Scheduler.class).in(Singleton.class);
        Services.add(binder(), Scheduler.class);
    }
}
