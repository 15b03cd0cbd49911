/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.jdbc;

import dev.carrel.plugin.Database;
import dev.carrel.plugin.testkit.DatabaseFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A file in a folder of its own. */
final class SqliteFixture implements DatabaseFixture {
    private final Path folder;
    private final List<JdbcDatabase> opened = new ArrayList<>();

    SqliteFixture() {
        try {
            folder = Files.createTempDirectory("tables");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JdbcSettings settings(String url, String user, String password, String prefix) {
        return new JdbcSettings(url, user, password, 4, prefix, Duration.ofSeconds(2), Duration.ofSeconds(10));
    }

    @Override
    public Database open() {
        JdbcDatabase database = JdbcDatabase.open(settings("", "", "", "t_"), folder);
        opened.add(database);
        return database;
    }

    @Override
    public void close() {
        opened.forEach(JdbcDatabase::close);
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
