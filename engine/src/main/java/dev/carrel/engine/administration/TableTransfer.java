/* Copyright the Carrel authors. */
package dev.carrel.engine.administration;

import dev.carrel.chassis.boot.Boot;
import dev.carrel.chassis.settings.Settings;
import dev.carrel.chassis.site.DataFolder;
import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.engine.database.DatabaseSettings;
import dev.carrel.engine.database.EngineTables;
import dev.carrel.engine.store.StoreException;
import dev.carrel.plugin.Database;
import dev.carrel.plugin.table.DatabaseException;
import dev.carrel.plugin.table.Query;
import dev.carrel.plugin.table.Table;
import dev.carrel.plugin.table.TableFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@code carrel db} does: all tables of an installation, the engine's and those of its plugins, to a file and back, whatever database they are on.
 * Plugins are started for it, for nobody else knows their tables; their tasks are not run.
 */
public final class TableTransfer {
    private TableTransfer() {}

    /**
     * What was moved.
     *
     * @param leftOut plugins that do not run, with the reason: tables of theirs, if any, were left out
     */
    public record Moved(long rows, int tables, List<String> leftOut) {
        /** Copies the list. */
        public Moved {
            leftOut = List.copyOf(leftOut);
        }
    }

    /**
     * Writes every row to a file, which appears when it is whole. What a running engine writes meanwhile may be missing in it.
     *
     * @throws StoreException when the database cannot be had
     */
    public static Moved export(DataFolder data, Map<String, String> environment, Path file) throws IOException {
        try (OfflineDatabase opened = open(data, environment)) {
            List<Table<?>> tables = tables(opened);
            return new Moved(TableFile.write(file, tables), tables.size(), leftOut(opened));
        } catch (DatabaseException e) {
            throw new StoreException("export: " + e.getMessage(), e);
        }
    }

    /**
     * Writes every row of a file into the database, over rows with the same keys; the file is judged as a whole before. No engine may run.
     *
     * @param over whether there may be accounts already
     * @throws StoreException when there are and may not be, or the file does not fit
     */
    public static Moved restore(DataFolder data, Map<String, String> environment, Path file, boolean over)
            throws IOException {
        try (OfflineDatabase opened = open(data, environment)) {
            Database database = opened.database();
            List<Table<?>> tables = tables(opened);
            long accounts = accounts(tables);
            if (accounts > 0 && !over) {
                throw new StoreException("the database, " + database.name() + ", holds " + accounts
                        + " accounts (expected: none; --over writes over what has the same keys and leaves the rest)");
            }
            long rows = TableFile.read(file, database::transact, tables);
            return new Moved(rows, tables.size(), leftOut(opened));
        } catch (DatabaseException e) {
            throw new StoreException("import: " + e.getMessage() + " (repeat it: nothing is doubled)", e);
        } catch (IllegalArgumentException e) {
            throw new StoreException("import: nothing was changed: " + e.getMessage(), e);
        }
    }

    private static OfflineDatabase open(DataFolder data, Map<String, String> environment) {
        Settings settings = Boot.settings(data, List.of(DatabaseSettings.class), environment);
        return OfflineDatabase.withPlugins(
                data, settings.section(SiteSettings.class), settings.section(DatabaseSettings.class));
    }

    private static List<Table<?>> tables(OfflineDatabase opened) {
        Map<String, Table<?>> byName = new LinkedHashMap<>();
        new EngineTables(opened.database())
                .openAll()
                .forEach(table -> byName.put(table.shape().table(), table));
        for (Class<? extends Record> type : opened.tablesOfPlugins()) {
            Table<?> table = opened.database().open(type);
            byName.putIfAbsent(table.shape().table(), table);
        }
        return List.copyOf(byName.values());
    }

    private static long accounts(List<Table<?>> tables) {
        return tables.stream()
                .filter(table -> table.shape().table().equals(EngineTables.ACCOUNTS))
                .mapToLong(table -> table.count(Query.all()))
                .sum();
    }

    private static List<String> leftOut(OfflineDatabase opened) {
        List<String> plugins = new ArrayList<>();
        opened.withoutTables()
                .forEach(status ->
                        plugins.add((status.id().isEmpty() ? status.source() : status.id()) + ": " + status.reason()));
        return plugins;
    }
}
