/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.engine.function.FunctionId;
import dev.carrel.engine.function.FunctionVersion;
import dev.carrel.engine.function.Functions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** What is published, in memory. */
class FakeFunctions implements Functions {
    private final Map<String, FunctionVersion> versions = new ConcurrentHashMap<>();
    private final Map<FunctionId, FunctionVersion> active = new ConcurrentHashMap<>();
    /** When functions were first published; those that are not here at the epoch. */
    final Map<FunctionId, Instant> since = new ConcurrentHashMap<>();

    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    volatile Map<String, String> secrets = Map.of();

    void publish(FunctionVersion version) {
        versions.put(version.function() + ":" + version.number(), version);
        active.put(version.function(), version);
        listeners.forEach(l -> l.changed(version.function()));
    }

    void delete(FunctionId function) {
        active.remove(function);
        versions.keySet().removeIf(name -> name.startsWith(function + ":"));
        listeners.forEach(l -> l.changed(function));
    }

    @Override
    public Optional<FunctionVersion> find(FunctionId function, String alias) {
        return Optional.ofNullable(alias.isEmpty() ? active.get(function) : versions.get(function + ":" + alias));
    }

    @Override
    public Optional<Instant> since(FunctionId function) {
        return Optional.ofNullable(active.get(function)).map(_ -> since.getOrDefault(function, Instant.EPOCH));
    }

    @Override
    public List<FunctionVersion> keptWarm() {
        return active.values().stream()
                .filter(v -> v.spec().limits().minWorkers() > 0)
                .toList();
    }

    @Override
    public Map<String, String> secrets(FunctionId function) {
        return secrets;
    }

    @Override
    public void listen(Listener listener) {
        listeners.add(listener);
    }
}
