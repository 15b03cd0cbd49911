/* Copyright the Carrel authors. */
package dev.carrel.plugin;

import java.nio.file.Path;
import java.time.Clock;
import org.slf4j.Logger;

/** What the host lends a plugin. Thread-safe. */
public interface PluginContext {
    /** The plugin's id. */
    String id();

    /**
     * The plugin's settings, from {@code etc/plugins/ID.properties} of the installation. Every fault is in the message of what is thrown: unknown
     * keys with the nearest known one, values out of bounds, values missing.
     *
     * @param type a public record whose every component has a {@link Setting}
     */
    <R extends Record> R settings(Class<R> type);

    /** A log under the plugin's id. */
    Logger log();

    /** The time. */
    Clock clock();

    /** A folder of the plugin's own that outlives it; made at the first call. */
    Path folder();

    /**
     * The tables of the plugin that provides {@code database}, whichever runs at the moment of a call; without one, calls fail with a retryable
     * {@link dev.carrel.plugin.table.DatabaseException}. A plugin that cannot do without says {@code requires = database}. Its tables' names start with
     * its id, with underscores for dashes.
     */
    Database database();

    /**
     * The mailer of the plugin that provides {@code mail}, whichever runs at the moment of a call; without one, calls fail with a {@link PluginException} that
     * is retryable, {@link Mailer#DOWN}. Each call runs on the other plugin's threads and keeps the caller waiting, at most as long as the method says.
     */
    Mailer mailer();

    /** The store of the plugin that provides {@code bucketstore}, likewise; its calls run on the caller's threads, as those of the database do. */
    BucketStore bucketStore();

    /** Commands of all plugins, this one's among them. */
    Commands commands();

    /** The site's address, and whether it can be reached from elsewhere. */
    Site site();

    /** Whether a feature is there: one that Carrel has or that a running plugin provides. */
    boolean hasFeature(String feature);
}
