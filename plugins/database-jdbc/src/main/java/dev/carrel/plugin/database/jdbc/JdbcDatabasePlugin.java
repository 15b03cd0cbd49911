/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.jdbc;

import dev.carrel.plugin.Extension;
import dev.carrel.plugin.Plugin;
import dev.carrel.plugin.PluginContext;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tables in a SQL database. */
public final class JdbcDatabasePlugin implements Plugin {
    private @Nullable JdbcDatabase database;

    @Override
    public List<Extension> start(PluginContext context) {
        JdbcSettings settings = context.settings(JdbcSettings.class);
        JdbcDatabase opened = JdbcDatabase.open(settings, context.folder());
        database = opened;
        context.log().info("tables in {}", opened.name());
        return List.of(opened);
    }

    @Override
    public void stop() throws SQLException {
        if (database != null) {
            database.close();
        }
        // Drivers enter themselves into a list of the JDK's that would keep this plugin's classes for ever.
        for (Driver driver : DriverManager.drivers().toList()) {
            if (getClass().getClassLoader().equals(driver.getClass().getClassLoader())) {
                DriverManager.deregisterDriver(driver);
            }
        }
    }
}
