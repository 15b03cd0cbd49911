/* Copyright the Carrel authors. */
package dev.carrel.chassis.boot;

/**
 * Something with a life. Services are started in the order in which they were bound and stopped in the reverse order, on the booting and the
 * stopping thread. When one fails to start, those started before it are stopped.
 */
public interface Service {
    /** Starts; returns when it works. */
    void start() throws Exception;

    /** Stops within a few seconds; called once, also after a failed {@link #start}. */
    void stop() throws Exception;
}
