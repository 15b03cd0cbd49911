/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.dynamodb;

import dev.carrel.plugin.testkit.LossFixture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Tables with a prefix of their own, on a server that many tests may share. */
final class LocalFixture implements LossFixture {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final LocalServer server;
    private final boolean own;
    private final DynamoSettings settings;
    private final List<DynamoDatabase> opened = new ArrayList<>();

    private LocalFixture(LocalServer server, boolean own) {
        this.server = server;
        this.own = own;
        this.settings = settings(server.endpoint(), "t" + NUMBER.incrementAndGet() + "_");
    }

    static DynamoSettings settings(String endpoint, String prefix) {
        return new DynamoSettings(
                "", endpoint, "key", "secret", prefix, 0, 0, 3, Duration.ofSeconds(2), Duration.ofSeconds(10));
    }

    /** On a server that goes on. */
    static LocalFixture shared() {
        return new LocalFixture(LocalServer.shared(), false);
    }

    /** On a server that ends with it. */
    static LocalFixture own() {
        return new LocalFixture(new LocalServer(), true);
    }

    DynamoSettings settings() {
        return settings;
    }

    @Override
    public DynamoDatabase open() {
        DynamoDatabase database = DynamoDatabase.open(settings);
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
        opened.forEach(DynamoDatabase::close);
        if (own) {
            server.close();
        }
    }
}
