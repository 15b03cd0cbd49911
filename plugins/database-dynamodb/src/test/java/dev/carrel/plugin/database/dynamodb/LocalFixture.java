/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.dynamodb;

import dev.carrel.plugin.testkit.LossFixture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Tables with a prefix of their own, on a server that many tests may share. */
final class LocalFixture implements LossFixture {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    /** New indexes wait for as long, and for the longest call. */
    private static final Duration LEASE = Duration.ofMillis(500);

    private final Optional<Cable> cable;
    private final DynamoSettings settings;
    private final List<DynamoDatabase> opened = new ArrayList<>();

    private LocalFixture(LocalServer server, Optional<Cable> cable) {
        this.cable = cable;
        this.settings = settings(
                cable.map(c -> "http://127.0.0.1:" + c.port()).orElse(server.endpoint()),
                "t" + NUMBER.incrementAndGet() + "_");
    }

    static DynamoSettings settings(String endpoint, String prefix) {
        return new DynamoSettings(
                "", endpoint, "key", "secret", prefix, 0, 0, 3, Duration.ofSeconds(2), Duration.ofSeconds(5));
    }

    /** On a server that goes on. */
    static LocalFixture shared() {
        return new LocalFixture(LocalServer.shared(), Optional.empty());
    }

    /** On a server that goes on, by a way that breaks. */
    static LocalFixture onACable() {
        return new LocalFixture(
                LocalServer.shared(), Optional.of(new Cable(LocalServer.shared().port())));
    }

    DynamoSettings settings() {
        return settings;
    }

    @Override
    public DynamoDatabase open() {
        DynamoDatabase database = DynamoDatabase.open(settings, LEASE);
        opened.add(database);
        return database;
    }

    @Override
    public void kill() {
        cable.orElseThrow().cut();
    }

    @Override
    public void restart() {
        cable.orElseThrow().mend();
    }

    @Override
    public Duration deadline() {
        return settings.connectTimeout().plusSeconds(1);
    }

    @Override
    public void close() {
        opened.forEach(DynamoDatabase::close);
        cable.ifPresent(Cable::close);
    }
}
