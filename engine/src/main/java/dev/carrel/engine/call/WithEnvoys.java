/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.protocol.worker.ToWorker;

/** A crew with those who stand for other instances: they are no workers of the fleet. */
record WithEnvoys(Crew workers) implements Crew {
    @Override
    public boolean send(Worker worker, ToWorker message) {
        Envoy envoy = worker.envoy;
        if (envoy == null) {
            return workers.send(worker, message);
        }
        envoy.hear(worker, message);
        return true;
    }

    @Override
    public void remove(Worker worker, Ending ending) {
        Envoy envoy = worker.envoy;
        if (envoy == null) {
            workers.remove(worker, ending);
        } else {
            // Its dispatcher is told when it has left off.
            envoy.abandon();
        }
    }

    @Override
    public void wanted() {
        workers.wanted();
    }
}
