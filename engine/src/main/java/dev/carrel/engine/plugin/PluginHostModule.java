/* Copyright the Carrel authors. */
package dev.carrel.engine.plugin;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import dev.carrel.chassis.boot.Services;
import dev.carrel.engine.call.UsageAccounts;
import dev.carrel.plugin.Database;
import dev.carrel.plugin.UsageAccounting;

/** Binds the plugin host and the database that it lends to all; before everything that keeps tables, and stopped after it. */
public final class PluginHostModule extends AbstractModule {
    @Override
    protected void configure() {
        bind(Plugins.class).in(Singleton.class);
        bind(OpenTables.class).in(Singleton.class);
        Services.add(binder(), Plugins.class);
        Services.add(binder(), OpenTables.class);
    }

    @Provides
    @Singleton
    Database database(Plugins plugins) {
        return plugins.database();
    }

    @Provides
    @Singleton
    UsageAccounts accounts(Plugins plugins) {
        return () -> plugins.extensions(UsageAccounting.class);
    }
}
