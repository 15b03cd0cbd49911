/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.protocol.worker.ToWorker;

/** What becomes of workers with calls that take too long. Under the lock of their dispatcher. */
final class Overdue {
    private Overdue() {}

    /** Ends the calls whose time is over; whether one of them has run for longer than any may. */
    static boolean end(Worker worker, long now, Deeds deeds) {
        boolean runaway = false;
        for (Call call : worker.calls().values()) {
            if (now - call.runDeadline >= 0) {
                runaway = true;
                Dispatcher.end(call, new Outcome.RunTimeout(), "it ran for longer than it may", deeds);
            } else if (call.place != Call.Place.ENDED && now - call.callerDeadline >= 0) {
                deeds.send(worker, new ToWorker.Cancel(call.id));
                Dispatcher.end(call, new Outcome.CallerTimeout(), "the caller's time is over", deeds);
            }
        }
        return runaway;
    }

    /** A worker with a call that does not end is no good; those who still get answers from it may have them first. */
    static void remove(Worker worker, Deeds deeds) {
        if (!worker.awaited()) {
            deeds.remove(worker, Ending.ours("The worker was ended for a call that ran for too long."));
        }
    }
}
