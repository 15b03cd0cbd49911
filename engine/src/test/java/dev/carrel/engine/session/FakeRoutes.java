/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import dev.carrel.protocol.signed.Revocation;
import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A router's table in memory, which can be unreachable. */
final class FakeRoutes implements Routes {
    final Map<String, Route> table = new LinkedHashMap<>();
    /** By host. */
    final Map<String, String> lastActivity = new ConcurrentHashMap<>();

    /** By host. */
    final Map<String, String> lastUse = new ConcurrentHashMap<>();

    @Nullable
    List<Revocation> revocations;

    volatile boolean down;

    /** Called with a route before it is taken. */
    volatile Consumer<Route> before = _ -> {};

    /** Called after the table was read. */
    volatile Runnable listed = () -> {};

    @Override
    public void put(Route route) throws IOException {
        refuseWhenDown();
        before.accept(route);
        take(route);
    }

    private synchronized void take(Route route) {
        table.put(route.host(), route);
    }

    @Override
    public synchronized void delete(String path) throws IOException {
        refuseWhenDown();
        table.values().removeIf(r -> r.path().equals(path));
    }

    @Override
    public Map<String, Known> list() throws IOException {
        refuseWhenDown();
        Map<String, Known> known = read();
        listed.run();
        return known;
    }

    private synchronized Map<String, Known> read() {
        Map<String, Known> known = new LinkedHashMap<>();
        table.forEach((host, r) -> known.put(host, known(r)));
        return known;
    }

    @Override
    public synchronized Optional<Known> find(String path) throws IOException {
        refuseWhenDown();
        return table.values().stream()
                .filter(r -> r.path().equals(path))
                .findFirst()
                .map(this::known);
    }

    private Known known(Route r) {
        return new Known(
                r.path(),
                r.id(),
                r.state(),
                r.target() == null ? "" : r.target(),
                lastActivity.getOrDefault(r.host(), ""),
                lastUse.getOrDefault(r.host(), ""),
                r.ends(),
                r.ports());
    }

    @Override
    public synchronized void revocations(Collection<Revocation> all) throws IOException {
        refuseWhenDown();
        revocations = List.copyOf(all);
    }

    private void refuseWhenDown() throws IOException {
        if (down) {
            throw new IOException("connection refused");
        }
    }
}
