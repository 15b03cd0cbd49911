/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.jdbc;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a database holds of a table.
 *
 * @param types types by column, as the database writes them; empty when there is no such table
 * @param key the columns of the primary key, in their order
 * @param indexes columns by index, in their order
 */
record Layout(Map<String, String> types, List<String> key, Map<String, List<String>> indexes) {
    Layout {
        types = Map.copyOf(types);
        key = List.copyOf(key);
        indexes = Map.copyOf(indexes);
    }

    boolean isMissing() {
        return types.isEmpty();
    }

    /** As the driver tells it. */
    static Layout told(Connection connection, String table) throws SQLException {
        Map<String, String> types = types(connection, table);
        return types.isEmpty()
                ? new Layout(Map.of(), List.of(), Map.of())
                : new Layout(types, key(connection, table), indexes(connection, table));
    }

    private static Map<String, String> types(Connection connection, String table) throws SQLException {
        Map<String, String> found = new TreeMap<>();
        DatabaseMetaData data = connection.getMetaData();
        // An underscore stands for any character there, so more tables than this one may come.
        try (ResultSet rows = data.getColumns(connection.getCatalog(), connection.getSchema(), table, null)) {
            while (rows.next()) {
                if (table.equals(rows.getString("TABLE_NAME"))) {
                    found.put(rows.getString("COLUMN_NAME"), rows.getString("TYPE_NAME"));
                }
            }
        }
        return found;
    }

    private static List<String> key(Connection connection, String table) throws SQLException {
        Map<Integer, String> found = new TreeMap<>();
        try (ResultSet rows =
                connection.getMetaData().getPrimaryKeys(connection.getCatalog(), connection.getSchema(), table)) {
            while (rows.next()) {
                found.put(rows.getInt("KEY_SEQ"), rows.getString("COLUMN_NAME"));
            }
        }
        return List.copyOf(found.values());
    }

    private static Map<String, List<String>> indexes(Connection connection, String table) throws SQLException {
        Map<String, Map<Integer, String>> found = new TreeMap<>();
        try (ResultSet rows = connection
                .getMetaData()
                .getIndexInfo(connection.getCatalog(), connection.getSchema(), table, false, true)) {
            while (rows.next()) {
                String name = rows.getString("INDEX_NAME");
                String column = rows.getString("COLUMN_NAME");
                if (name != null && column != null) {
                    found.computeIfAbsent(name, _ -> new TreeMap<>())
                            .put(rows.getInt("ORDINAL_POSITION"), column.replaceAll("[\"`]", ""));
                }
            }
        }
        Map<String, List<String>> indexes = new TreeMap<>();
        found.forEach((name, columns) -> indexes.put(name, List.copyOf(columns.values())));
        return indexes;
    }
}
