/* Copyright the Carrel authors. */
package dev.carrel.engine.administration;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;
import dev.carrel.chassis.boot.Services;

/** Binds what the operator's commands ask of an engine that runs. */
public final class AdministrationModule extends AbstractModule {
    @Override
    protected void configure() {
        bind(FirstAdministrator.class).in(Singleton.class);
        bind(FirstLinkRequest.class).in(Singleton.class);
        Services.add(binder(), FirstLinkRequest.class);
    }
}
