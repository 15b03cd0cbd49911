/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.engine.function.FunctionVersion;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What the other instances offered last, and how many of our calls are there. An idle worker comes before one that must be started; of several instances the one
 * with most to spare is chosen. Thread-safe; nothing under its lock waits.
 */
final class Neighbours implements Elsewhere {
    /** So long an instance that cannot be reached is left alone. */
    private static final long UNREACHED = Duration.ofSeconds(3).toNanos();
    /** So long a version is not sent where it was refused: until the next offer has come. */
    private static final long REFUSED = Duration.ofSeconds(2).toNanos();

    private final String own;
    private final Carrier carrier;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Flight, Integer> flying = new HashMap<>();
    /** Until when nothing is sent; with an empty key, nothing of any version. */
    private final Map<Flight, Long> resting = new HashMap<>();

    private volatile List<Neighbour> there = List.of();

    /**
     * Another instance that takes calls.
     *
     * @param until {@link System#nanoTime} when its offer is too old to rely on
     */
    record Neighbour(String name, String host, int port, Offer offer, long until) {}

    /** Calls of one version, by its key, at one instance. */
    record Flight(String instance, String key) {}

    /** Brings calls over. */
    @FunctionalInterface
    interface Carrier {
        /** Whoever brings this call there; says {@link Neighbours#back} once. */
        Envoy envoy(Neighbours of, Neighbour to, Dispatcher from, Call call);
    }

    Neighbours(String own, Carrier carrier) {
        this.own = own;
        this.carrier = carrier;
    }

    /** What the others offer now. */
    void offered(List<Neighbour> neighbours) {
        there = List.copyOf(neighbours);
    }

    @Override
    public String own() {
        return own;
    }

    @Override
    public boolean any() {
        return !there.isEmpty();
    }

    @Override
    public @Nullable Envoy find(Dispatcher from, Call call, boolean grow, long now) {
        Neighbour best;
        lock.lock();
        try {
            best = pick(from.version(), grow, now);
            if (best == null) {
                return null;
            }
            flying.merge(new Flight(best.name(), Offer.key(from.version())), 1, Integer::sum);
        } finally {
            lock.unlock();
        }
        return carrier.envoy(this, best, from, call);
    }

    @Override
    public boolean room(FunctionVersion version, long now) {
        lock.lock();
        try {
            return pick(version, true, now) != null;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Neighbour pick(FunctionVersion version, boolean grow, long now) {
        String key = Offer.key(version);
        Neighbour best = null;
        int most = 0;
        for (Neighbour one : there) {
            int spare = usable(one, key, now) ? one.offer().idle(key, flying(one, key)) : 0;
            if (spare > most) {
                best = one;
                most = spare;
            }
        }
        if (best != null || !grow) {
            return best;
        }
        for (Neighbour one : there) {
            int spare = usable(one, key, now)
                    ? one.offer().grown(key, version.spec().limits(), flying(one, key))
                    : 0;
            if (spare > most) {
                best = one;
                most = spare;
            }
        }
        return best;
    }

    private int flying(Neighbour one, String key) {
        return flying.getOrDefault(new Flight(one.name(), key), 0);
    }

    private boolean usable(Neighbour one, String key, long now) {
        return now - one.until() < 0
                && !rests(new Flight(one.name(), key), now)
                && !rests(new Flight(one.name(), ""), now);
    }

    private boolean rests(Flight flight, long now) {
        Long until = resting.get(flight);
        return until != null && now - until < 0;
    }

    /** A call is not there any more, for whatever reason. */
    void back(Flight flight) {
        lock.lock();
        try {
            flying.computeIfPresent(flight, (_, count) -> count <= 1 ? null : count - 1);
        } finally {
            lock.unlock();
        }
    }

    /** An instance did not take a call of a version. */
    void refused(Flight flight, long now) {
        rest(flight, now, REFUSED);
    }

    /** An instance could not be reached. */
    void unreached(String instance, long now) {
        rest(new Flight(instance, ""), now, UNREACHED);
    }

    private void rest(Flight flight, long now, long time) {
        lock.lock();
        try {
            resting.values().removeIf(until -> now - until >= 0);
            resting.put(flight, now + time);
        } finally {
            lock.unlock();
        }
    }

    /** How many of our calls are at other instances. */
    int abroad() {
        lock.lock();
        try {
            return flying.values().stream().mapToInt(Integer::intValue).sum();
        } finally {
            lock.unlock();
        }
    }
}
