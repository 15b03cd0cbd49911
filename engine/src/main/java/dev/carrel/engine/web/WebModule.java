/* Copyright the Carrel authors. */
package dev.carrel.engine.web;

import com.google.inject.AbstractModule;
import com.google.inject.Binder;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;
import dev.carrel.chassis.boot.Services;

/** Binds the HTTP server. Needs {@link PageErrors} and the sign-in services from elsewhere. */
public final class WebModule extends AbstractModule {
    /** Adds endpoints of a feature; the class must be bound. */
    public static void add(Binder binder, Class<? extends Endpoints> endpoints) {
        Multibinder.newSetBinder(binder, Endpoints.class).addBinding().to(endpoints);
    }

    @Override
    protected void configure() {
        Multibinder.newSetBinder(binder(), Endpoints.class);
        bind(Gate.class).in(Singleton.class);
        bind(Xsrf.class).in(Singleton.class);
        bind(LoginCookies.class).in(Singleton.class);
        bind(Errors.class).in(Singleton.class);
        bind(EngineServer.class).in(Singleton.class);
        Services.add(binder(), EngineServer.class);
    }
}
