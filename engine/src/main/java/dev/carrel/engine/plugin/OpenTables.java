/* Copyright the Carrel authors. */
package dev.carrel.engine.plugin;

import dev.carrel.chassis.boot.Service;
import dev.carrel.chassis.ops.Health;
import dev.carrel.engine.database.DatabaseSettings;
import dev.carrel.engine.database.EngineTables;
import dev.carrel.engine.store.StoreException;
import jakarta.inject.Inject;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the engine's tables ready before anybody asks for them. A database elsewhere may be down just now: then they are made when it is back. */
final class OpenTables implements Service {
    private static final Logger LOG = LoggerFactory.getLogger(OpenTables.class);
    private final EngineTables tables;
    private final DatabaseSettings settings;

    @Inject
    OpenTables(EngineTables tables, DatabaseSettings settings, Health health) {
        this.tables = tables;
        this.settings = settings;
        health.add("database", tables::health);
    }

    @Override
    public void start() {
        try {
            tables.openAll();
        } catch (StoreException e) {
            if (settings.own()) {
                throw e;
            }
            LOG.error("{}; until it answers, requests that need it are refused with 503", e.getMessage());
        }
    }

    @Override
    public void stop() {}
}
