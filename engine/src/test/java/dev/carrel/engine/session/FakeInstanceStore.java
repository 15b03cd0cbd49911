/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import dev.carrel.engine.cluster.Instance;
import dev.carrel.engine.cluster.InstanceStore;
import dev.carrel.protocol.name.UserName;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** An {@link InstanceStore} in memory. */
final class FakeInstanceStore implements InstanceStore {
    final Map<String, Instance> instances = new ConcurrentHashMap<>();
    private final Map<UserName, String> homes = new ConcurrentHashMap<>();

    @Override
    public boolean note(Instance instance, Instant now) {
        instances.put(instance.name(), instance);
        return true;
    }

    @Override
    public Optional<Instance> find(String name) {
        return Optional.ofNullable(instances.get(name));
    }

    @Override
    public List<Instance> all() {
        return List.copyOf(instances.values());
    }

    @Override
    public String homeOf(UserName user, String mine) {
        return homes.computeIfAbsent(user, _ -> mine);
    }

    @Override
    public void adopt(String mine) {
        // Nothing here is from a time without instances.
    }
}
