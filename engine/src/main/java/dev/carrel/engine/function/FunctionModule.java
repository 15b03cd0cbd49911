/* Copyright the Carrel authors. */
package dev.carrel.engine.function;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;
import dev.carrel.chassis.boot.Services;

/** Binds what is published. Needs a {@link FunctionStore}, {@link FunctionSettings}, {@link ScheduleSettings}, sessions, signing keys, events and the audit log from elsewhere. */
public final class FunctionModule extends AbstractModule {
    @Override
    protected void configure() {
        bind(FunctionSecrets.class).in(Singleton.class);
        bind(PublishedFunctions.class).in(Singleton.class);
        bind(Functions.class).to(PublishedFunctions.class);
        bind(ScheduleRules.class).in(Singleton.class);
        bind(SpecRules.class).in(Singleton.class);
        bind(ExportedCells.class).in(Singleton.class);
        bind(Publishing.class).in(Singleton.class);
        Services.add(binder(), PublishedFunctions.class);
    }
}
