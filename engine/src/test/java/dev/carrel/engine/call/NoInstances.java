/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.engine.cluster.Instance;
import dev.carrel.engine.cluster.InstanceStore;
import dev.carrel.protocol.name.UserName;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Nobody has said that they are there; calls need nothing of it. */
final class NoInstances implements InstanceStore {
    @Override
    public boolean note(Instance instance, Instant now) {
        return true;
    }

    @Override
    public Optional<Instance> find(String name) {
        return Optional.empty();
    }

    @Override
    public List<Instance> all() {
        return List.of();
    }

    @Override
    public String homeOf(UserName user, String mine) {
        return mine;
    }

    @Override
    public void adopt(String mine) {}
}
