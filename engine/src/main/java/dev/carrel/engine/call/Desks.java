/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.engine.function.FunctionId;
import dev.carrel.engine.function.FunctionVersion;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which dispatcher serves which calls. When another version becomes the active one, the former serves on until the new one has a worker, so that nobody waits
 * for the switch; then it finishes what it has and is dropped. Thread-safe; finding the dispatcher of a call takes no lock.
 */
final class Desks {
    /** So long the former version serves at most. */
    private static final long SWITCH = Duration.ofSeconds(30).toNanos();
    /** A call that was looking for its desk has found it by then. */
    private static final long RETIRED = Duration.ofSeconds(60).toNanos();
    /** So long a version that is called by its name is remembered without calls. */
    private static final long PINNED = Duration.ofMinutes(10).toNanos();

    private final Function<FunctionVersion, Dispatcher> make;
    private final Map<FunctionId, Desk> desks = new ConcurrentHashMap<>();
    private final Map<Pin, Dispatcher> pinned = new ConcurrentHashMap<>();
    private final Map<Dispatcher, Long> retired = new ConcurrentHashMap<>();

    /** @param next the active version, while {@code serving} is a former one */
    private record Desk(Dispatcher serving, @Nullable Dispatcher next, long since) {
        Dispatcher latest() {
            return next == null ? serving : next;
        }
    }

    private record Pin(FunctionId function, long number, Instant created) {
        static Pin of(FunctionVersion version) {
            return new Pin(version.function(), version.number(), version.created());
        }
    }

    /** @param make a dispatcher for a version */
    Desks(Function<FunctionVersion, Dispatcher> make) {
        this.make = make;
    }

    /** A function of the same name that was made anew may have the same numbers. */
    private static boolean same(FunctionVersion one, FunctionVersion other) {
        return one.number() == other.number() && one.created().equals(other.created());
    }

    /** Who serves calls of a function's active version. */
    Dispatcher active(FunctionVersion version, long now) {
        Desk desk = desks.get(version.function());
        if (desk != null && same(desk.latest().version(), version)) {
            return desk.serving();
        }
        return switched(version, false, now);
    }

    /** Who serves calls that name a version. */
    Dispatcher named(FunctionVersion version) {
        return find(version).orElseGet(() -> pinned.computeIfAbsent(Pin.of(version), _ -> make.apply(version)));
    }

    /** Who serves calls of this very version, if somebody does. */
    Optional<Dispatcher> find(FunctionVersion version) {
        Desk desk = desks.get(version.function());
        if (desk != null && same(desk.serving().version(), version)) {
            return Optional.of(desk.serving());
        }
        if (desk != null && same(desk.latest().version(), version)) {
            return Optional.of(desk.latest());
        }
        return Optional.ofNullable(pinned.get(Pin.of(version)));
    }

    /** The active version is this one; its workers are new ones even if it was so before, for its secrets may be others. */
    void renew(FunctionVersion version, long now) {
        retirePinned(version.function(), now);
        if (desks.containsKey(version.function())) {
            switched(version, true, now);
        }
    }

    private Dispatcher switched(FunctionVersion version, boolean anew, long now) {
        return desks.compute(version.function(), (_, desk) -> {
                    if (desk == null) {
                        return new Desk(make.apply(version), null, now);
                    }
                    if (!anew && same(desk.latest().version(), version)) {
                        return desk;
                    }
                    if (desk.next() != null) {
                        retired.put(desk.next(), now);
                    }
                    if (desk.serving().state(now).ready() > 0) {
                        return new Desk(desk.serving(), make.apply(version), now);
                    }
                    retired.put(desk.serving(), now);
                    return new Desk(make.apply(version), null, now);
                })
                .serving();
    }

    /** The function is no more: what has been taken is finished. */
    void close(FunctionId function, long now) {
        retirePinned(function, now);
        desks.computeIfPresent(function, (_, desk) -> {
            retired.put(desk.serving(), now);
            if (desk.next() != null) {
                retired.put(desk.next(), now);
            }
            return null;
        });
    }

    private void retirePinned(FunctionId function, long now) {
        // They serve on; without calls their workers go, and with them what they know.
        pinned.keySet().removeIf(pin -> {
            Dispatcher dispatcher = pin.function().equals(function) ? pinned.get(pin) : null;
            if (dispatcher != null) {
                retired.put(dispatcher, now);
            }
            return dispatcher != null;
        });
    }

    /** Completes switches whose new version is ready or has failed, and drops what is finished. */
    void settle(long now) {
        for (FunctionId function : desks.keySet()) {
            desks.computeIfPresent(function, (_, desk) -> {
                Dispatcher successor = desk.next();
                if (successor == null) {
                    return desk;
                }
                Standing state = successor.state(now);
                boolean formerGone = desk.serving().state(now).ready() == 0;
                if (state.ready() == 0 && !state.paused() && !formerGone && now - desk.since() < SWITCH) {
                    return desk;
                }
                retired.put(desk.serving(), now);
                return new Desk(successor, null, now);
            });
        }
        pinned.forEach((pin, dispatcher) -> {
            if (dispatcher.unusedSince(now - PINNED)) {
                pinned.remove(pin);
                retired.put(dispatcher, now);
            }
        });
        retired.forEach((dispatcher, since) -> {
            if (dispatcher.unusedSince(now - RETIRED) && now - since >= RETIRED) {
                retired.remove(dispatcher);
                dispatcher.close();
            }
        });
    }

    /** All there are. */
    List<Dispatcher> all() {
        List<Dispatcher> all = new ArrayList<>();
        desks.values().forEach(desk -> {
            all.add(desk.serving());
            if (desk.next() != null) {
                all.add(desk.next());
            }
        });
        all.addAll(pinned.values());
        all.addAll(retired.keySet());
        return all;
    }

    /** Those of a function. */
    List<Dispatcher> of(FunctionId function) {
        return all().stream()
                .filter(d -> d.version().function().equals(function))
                .toList();
    }

    /** Those that finish what they have and get nothing new. */
    Set<Dispatcher> retired() {
        return Set.copyOf(retired.keySet());
    }

    /** How many workers a dispatcher should have even if nobody calls. */
    int keep(Dispatcher dispatcher) {
        Desk desk = desks.get(dispatcher.version().function());
        if (desk == null) {
            return 0;
        }
        int least = dispatcher.version().spec().limits().minWorkers();
        if (dispatcher.equals(desk.next())) {
            return Math.max(1, least);
        }
        // A former version starts no workers but for calls that wait.
        return dispatcher.equals(desk.serving()) && desk.next() == null ? least : 0;
    }
}
