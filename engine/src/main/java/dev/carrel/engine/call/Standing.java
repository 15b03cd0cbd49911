/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import java.util.Collection;

/**
 * What a dispatcher is at.
 *
 * @param waiting calls in the queue
 * @param running calls with workers, those at other instances among them
 * @param ready workers that take calls
 * @param idle of these, without any
 * @param coming workers that do not yet
 * @param workers all, those that end among them
 * @param paused whether no worker is started, for the code does not start
 * @param fault why; empty when it is as it should be
 */
record Standing(int waiting, int running, int ready, int idle, int coming, int workers, boolean paused, String fault) {
    /** To be asked for under the dispatcher's lock. */
    static Standing of(int waiting, int ready, Collection<Worker> workers, boolean paused, String fault) {
        int running = 0;
        int idle = 0;
        int coming = 0;
        int here = 0;
        for (Worker worker : workers) {
            running += worker.calls().size();
            here += worker.here() ? 1 : 0;
            idle += worker.open() && worker.calls().isEmpty() ? 1 : 0;
            coming += worker.wasReady() ? 0 : 1;
        }
        return new Standing(waiting, running, ready, idle, coming, here, paused, fault);
    }
}
