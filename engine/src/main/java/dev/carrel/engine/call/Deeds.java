/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.protocol.worker.ToWorker;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is to be done once the dispatcher's lock is given back. One thread. */
final class Deeds {
    private final Crew crew;
    private @Nullable List<Sending> sendings;
    private @Nullable List<End> ends;
    private @Nullable List<Removal> removals;
    private boolean wanted;

    private record Sending(
            Worker worker, @Nullable Call call, @Nullable ToWorker message) {}

    private record End(Call call, Outcome outcome) {}

    private record Removal(Worker worker, Ending ending) {}

    Deeds(Crew crew) {
        this.crew = crew;
    }

    void send(Worker worker, Call call) {
        add(new Sending(worker, call, null));
    }

    void send(Worker worker, ToWorker message) {
        add(new Sending(worker, null, message));
    }

    private void add(Sending sending) {
        if (sendings == null) {
            sendings = new ArrayList<>(2);
        }
        sendings.add(sending);
    }

    void end(Call call, Outcome outcome) {
        if (ends == null) {
            ends = new ArrayList<>(2);
        }
        ends.add(new End(call, outcome));
    }

    void remove(Worker worker, Ending ending) {
        if (removals == null) {
            removals = new ArrayList<>(1);
        }
        removals.add(new Removal(worker, ending));
    }

    void wanted(boolean yes) {
        wanted |= yes;
    }

    void run() {
        if (sendings != null) {
            // First, so that workers are at it while we tell others.
            sendings.forEach(this::send);
        }
        if (ends != null) {
            ends.forEach(end -> end.call.tell(end.outcome));
        }
        if (removals != null) {
            removals.forEach(removal -> crew.remove(removal.worker, removal.ending));
        }
        if (wanted) {
            crew.wanted();
        }
    }

    private void send(Sending sending) {
        Call call = sending.call;
        ToWorker message = call == null ? sending.message : call.message();
        if (message == null) {
            return;
        }
        if (!crew.send(sending.worker, message)) {
            crew.remove(
                    sending.worker, new Ending(Ending.Cause.CODE, "The worker does not take what is sent to it.", ""));
        } else if (call != null && call.place == Call.Place.ENDED) {
            // Its end overtook it, and the word of that may have been sent before it.
            crew.send(sending.worker, new ToWorker.Cancel(call.id));
        }
    }
}
