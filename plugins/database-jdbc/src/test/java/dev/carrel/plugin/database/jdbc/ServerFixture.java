/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.jdbc;

import dev.carrel.plugin.Database;
import dev.carrel.plugin.testkit.LossFixture;
import dev.carrel.test.server.TestServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Tables with a prefix of their own, on a server that many tests may share. */
final class ServerFixture implements LossFixture {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final TestServer server;
    private final boolean own;
    private final JdbcSettings settings;
    private final List<JdbcDatabase> opened = new ArrayList<>();

    private ServerFixture(TestServer server, boolean own) {
        this.server = server;
        this.own = own;
        this.settings = SqliteFixture.settings(
                server.url(), server.user(), server.password(), "t" + NUMBER.incrementAndGet() + "_");
    }

    /** On a server that goes on. */
    static ServerFixture on(TestServer server) {
        return new ServerFixture(server, false);
    }

    /** On a server that ends with it. */
    static ServerFixture with(TestServer server) {
        return new ServerFixture(server, true);
    }

    JdbcSettings settings() {
        return settings;
    }

    @Override
    public Database open() {
        JdbcDatabase database = JdbcDatabase.open(settings, Path.of("unused"));
        opened.add(database);
        return database;
    }

    @Override
    public void kill() {
        server.kill();
    }

    @Override
    public void restart() {
        server.restart();
    }

    @Override
    public Duration deadline() {
        return settings.connectTimeout().plusSeconds(1);
    }

    @Override
    public void close() {
        opened.forEach(JdbcDatabase::close);
        if (own) {
            server.close();
        }
    }
}
