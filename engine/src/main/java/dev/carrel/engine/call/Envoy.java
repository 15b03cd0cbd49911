/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.protocol.worker.ToWorker;

/** Stands for another instance at one call: what a worker would be told is told to it. Thread-safe; nothing blocks. */
interface Envoy {
    /** The other instance. */
    String instance();

    /** Takes its call, lets more of a stream come, or leaves off. */
    void hear(Worker worker, ToWorker message);

    /** Nobody waits for it any more. */
    void abandon();
}
