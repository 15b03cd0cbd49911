/* Copyright the Carrel authors. */
package dev.carrel.engine.desk;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;
import dev.carrel.chassis.boot.Services;

/** Binds the desk. Needs sessions, accounts, the manager and the engine's server from elsewhere; stands behind the server, which starts before it. */
public final class DeskModule extends AbstractModule {
    @Override
    protected void configure() {
        bind(SessionBearers.class).in(Singleton.class);
        bind(DeskRules.class).in(Singleton.class);
        bind(Desk.class).in(Singleton.class);
        Services.add(binder(), Desk.class);
    }
}
