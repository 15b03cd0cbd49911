/* Copyright the Carrel authors. */
package dev.carrel.engine.cluster;

import dev.carrel.protocol.name.UserName;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Keeps instances. Every method is one transaction, but {@link #adopt}; thread-safe; throws {@link dev.carrel.engine.store.StoreException}. */
public interface InstanceStore {
    /**
     * Notes that an instance is there, or is there still.
     *
     * @return false when another holder goes by that name and has not run out
     */
    boolean note(Instance instance, Instant now);

    /** The instance of a name, gone or not. */
    Optional<Instance> find(String name);

    /** All there ever were. */
    List<Instance> all();

    /** The instance where a user's home is: that which asked for it first. */
    String homeOf(UserName user, String mine);

    /** Whatever homes and sessions are of no instance, from the time when there was only one, are of this one; may be done twice. */
    void adopt(String mine);
}
