/* Copyright the Carrel authors. */
package dev.carrel.engine.cluster;

import java.time.Instant;
import java.util.List;

/**
 * What each instance last told the others of the room it has for calls of functions: a row each. Every method is one transaction; thread-safe; throws
 * {@link dev.carrel.engine.store.StoreException}.
 */
public interface RoomStore {
    /**
     * The last word of an instance.
     *
     * @param name the instance's
     * @param host where its router takes what comes from other instances
     * @param port the port there
     * @param text what it says, in at most 200,000 bytes
     * @param until when that is too old to rely on
     */
    record Told(String name, String host, int port, String text, Instant until) {}

    /** Says something in the place of what the instance said before. */
    void tell(Told told);

    /** The last words of all, old ones too. */
    List<Told> told();
}
