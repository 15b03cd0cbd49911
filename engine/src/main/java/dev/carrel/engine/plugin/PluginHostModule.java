/* Copyright the Carrel authors. */
package dev.carrel.engine.plugin;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import dev.carrel.chassis.boot.Services;
import dev.carrel.engine.call.UsageAccounts;
import dev.carrel.plugin.Database;
import dev.carrel.plugin.UsageAccounting;
import dev.carrel.plugin.host.LiveExtension;
import dev.carrel.plugin.host.PluginFailure;
import java.time.Duration;

/** Binds the plugin host and the database that it lends to all; before everything that keeps tables, and stopped after it. */
public final class PluginHostModule extends AbstractModule {
    private static final Duration RECORDING = Duration.ofSeconds(10);

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
        return use -> {
            for (LiveExtension<UsageAccounting> account : plugins.extensions(UsageAccounting.class)) {
                try {
                    account.call("record", RECORDING, a -> {
                        a.record(use);
                        return Boolean.TRUE;
                    });
                } catch (PluginFailure e) {
                    throw new UsageAccounts.NotTaken(e);
                }
            }
        };
    }
}
