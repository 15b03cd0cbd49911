/* Copyright the Carrel authors. */
package dev.carrel.engine.plugin;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;
import dev.carrel.chassis.boot.Services;
import dev.carrel.engine.signin.Admission;
import dev.carrel.engine.web.WebModule;

/** Binds what plugins are asked for. */
public final class PluginModule extends AbstractModule {
    @Override
    protected void configure() {
        bind(Tasks.class).in(Singleton.class);
        bind(EventDelivery.class).in(Singleton.class);
        bind(Accounting.class).in(Singleton.class);
        bind(PluginSections.class).in(Singleton.class);
        bind(Authenticators.class).in(Singleton.class);
        bind(SignInChecks.class).in(Singleton.class);
        bind(Admission.class).to(SignInChecks.class);
        bind(PluginPaths.class).in(Singleton.class);
        WebModule.add(binder(), PluginPaths.class);
        Services.add(binder(), Tasks.class);
        Services.add(binder(), EventDelivery.class);
        Services.add(binder(), Accounting.class);
    }
}
