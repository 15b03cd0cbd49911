/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import dev.carrel.protocol.name.PortAddress;
import dev.carrel.protocol.name.SessionAddress;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A {@link PortStore} in memory. */
final class FakePortStore implements PortStore {
    /** Called after all were read. */
    volatile Runnable listed = () -> {};

    private final Map<PortAddress, SessionPort> ports = new LinkedHashMap<>();

    @Override
    public synchronized Optional<SessionPort> put(SessionPort port) {
        return Optional.ofNullable(ports.put(port.address(), port));
    }

    @Override
    public synchronized boolean remove(PortAddress address) {
        return ports.remove(address) != null;
    }

    @Override
    public synchronized void removeAll(SessionAddress session) {
        ports.keySet().removeIf(address -> address.session().equals(session));
    }

    @Override
    public synchronized Optional<SessionPort> find(PortAddress address) {
        return Optional.ofNullable(ports.get(address));
    }

    @Override
    public List<SessionPort> of(SessionAddress session) {
        return read().stream()
                .filter(port -> port.address().session().equals(session))
                .sorted(Comparator.comparing(port -> port.address().name().value()))
                .toList();
    }

    @Override
    public List<SessionPort> all() {
        List<SessionPort> all = read();
        listed.run();
        return all;
    }

    private synchronized List<SessionPort> read() {
        return List.copyOf(ports.values());
    }
}
