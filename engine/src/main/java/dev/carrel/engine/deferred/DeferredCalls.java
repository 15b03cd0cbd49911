/* Copyright the Carrel authors. */
package dev.carrel.engine.deferred;

import dev.carrel.engine.call.Admission;
import dev.carrel.engine.call.Ask;
import dev.carrel.engine.call.Unattended;
import dev.carrel.engine.function.FunctionId;
import dev.carrel.engine.function.FunctionVersion;
import dev.carrel.engine.function.Functions;
import dev.carrel.engine.function.ScheduleEntry;
import dev.carrel.http.outgoing.OutgoingClient;
import dev.carrel.http.outgoing.OutgoingFailure;
import dev.carrel.http.outgoing.OutgoingUrl;
import dev.carrel.protocol.name.Base32;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Takes deferred calls and tells what became of them. Who may ask is the asker's matter. Thread-safe. */
public final class DeferredCalls {
    private static final String SCHEDULED = "scheduled-";
    private static final int ID_LENGTH = 26;

    private final DeferredStore store;
    private final DeferredRunner runner;
    private final DeferredSettings settings;
    private final Functions functions;
    private final OutgoingClient outgoing;
    private final Clock clock;

    @Inject
    DeferredCalls(
            DeferredStore store,
            DeferredRunner runner,
            DeferredSettings settings,
            Functions functions,
            OutgoingClient outgoing,
            Clock clock) {
        this.outgoing = outgoing;
        this.store = store;
        this.runner = runner;
        this.settings = settings;
        this.functions = functions;
        this.clock = clock;
    }

    /**
     * Looks at where a result is to be sent.
     *
     * @param callback empty for nowhere
     * @throws IllegalArgumentException when it is no address
     * @throws OutgoingFailure when nothing is sent there
     */
    void checkCallback(String callback) throws OutgoingFailure {
        if (!callback.isEmpty()) {
            outgoing.check(OutgoingUrl.parse(callback));
        }
    }

    /**
     * Takes a call under the id that the question has.
     *
     * @param patience nanoseconds until its caller wants no result any more, or {@link Admission#PATIENT}
     * @param callback where the result is to be sent; empty for nowhere
     */
    public DeferredStore.Added add(
            FunctionVersion version, Ask ask, DeferredCall.AskedBy by, long patience, String callback) {
        Instant now = now();
        DeferredCall call = new DeferredCall(
                ask.callId(),
                new DeferredCall.Target(version.function(), version.number(), version.created(), ask.handler()),
                by,
                now,
                patience == Admission.PATIENT ? null : now.plusNanos(patience).truncatedTo(ChronoUnit.MILLIS),
                new DeferredCall.Progress(DeferredCall.State.WAITING, 0, now, ""),
                null,
                callback.isEmpty()
                        ? null
                        : new DeferredCall.Callback(callback, DeferredCall.Delivery.WAITING, 0, now, ""),
                0);
        DeferredStore.Added added = store.add(call, ask, bounds());
        if (added == DeferredStore.Added.YES) {
            runner.wake();
        }
        return added;
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    /** How many there may be. */
    public DeferredStore.Bounds bounds() {
        return new DeferredStore.Bounds(settings.maxPerOwner(), settings.maxWaiting(), settings.maxKept());
    }

    /** An id for a call: nobody guesses it. */
    public static String freshId() {
        return Base32.random(ID_LENGTH);
    }

    /** A call that nobody took: whoever made it adds it to the store with what else is to be true then, and {@link #wake}s. */
    public record Made(DeferredCall call, Ask ask) {}

    /**
     * Makes a call of a function's schedule, of its owner. Its id and a header tell handlers and whoever reads logs so.
     *
     * @param due for which time
     * @param entry with what
     */
    public Made scheduled(FunctionId function, long version, Instant published, ScheduleEntry entry, Instant due) {
        String id = SCHEDULED + freshId();
        Instant now = now();
        DeferredCall call = new DeferredCall(
                id,
                new DeferredCall.Target(function, version, published, entry.handler()),
                DeferredCall.AskedBy.schedule(function.owner(), due),
                now,
                null,
                new DeferredCall.Progress(DeferredCall.State.WAITING, 0, now, ""),
                null,
                null,
                0);
        Ask ask = new Ask(
                id,
                entry.handler(),
                "POST",
                entry.arguments(),
                entry.keywords(),
                "",
                Map.of("x-carrel-scheduled", due.toString()),
                new byte[0]);
        return new Made(call, ask);
    }

    /** Calls were added to the store. */
    public void wake() {
        runner.wake();
    }

    /** The call of an id, as long as it is kept. */
    public Optional<DeferredCall> find(String id) {
        return store.find(id);
    }

    /** What came of it, when something has. */
    public Optional<Unattended.Final> result(DeferredCall call) {
        return call.ended() ? store.result(call) : Optional.empty();
    }

    /** Cancels it if it has no result yet, and forgets it. */
    public void remove(DeferredCall call) {
        store.remove(call);
        runner.cancelled(call.id());
    }

    /** The last ones of a function, newest first. */
    public List<DeferredCall> of(FunctionId function, int most) {
        return store.of(function, most);
    }

    /** Whether there is such a function. */
    boolean exists(FunctionId function) {
        return functions.find(function, "").isPresent();
    }
}
