/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.protocol.worker.ToWorker;

/** What a dispatcher has done by others. Called under no lock; nothing of it blocks. */
interface Crew {
    /** Says something to a worker; false when it cannot be reached and must be taken for dead. */
    boolean send(Worker worker, ToWorker message);

    /** Has a worker's container removed; its dispatcher is told by {@link Dispatcher#gone} before this returns. */
    void remove(Worker worker, Ending ending);

    /** Somebody waits for a worker, and there is none. */
    void wanted();
}
