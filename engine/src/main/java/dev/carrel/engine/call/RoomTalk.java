/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.chassis.boot.Service;
import dev.carrel.chassis.site.InstanceSettings;
import dev.carrel.engine.cluster.RoomStore;
import dev.carrel.engine.store.StoreException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Instances tell each other every second what calls they could serve: each writes a row of its own, when there is something new or for some seconds nothing was
 * said, and reads those of the others. While the database is down their words run out, and each serves its calls alone. An instance without a name says nothing and
 * asks nobody. One thread.
 */
final class RoomTalk implements Service {
    private static final Logger LOG = LoggerFactory.getLogger(RoomTalk.class);
    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final Duration AT_LEAST = Duration.ofSeconds(4);
    /** The clocks of the machines must agree within some seconds. */
    private static final Duration FOR = Duration.ofSeconds(15);

    private final RoomStore store;
    private final InstanceSettings settings;
    private final Neighbours neighbours;
    private final Supplier<Offer> own;
    private final Clock clock;
    private final LongSupplier nanos;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final ReentrantLock lock = new ReentrantLock();
    private Offer said = Offer.NONE;
    private Instant saidAt = Instant.MIN;

    RoomTalk(
            RoomStore store,
            InstanceSettings settings,
            Neighbours neighbours,
            Supplier<Offer> own,
            Clock clock,
            LongSupplier nanos) {
        this.store = store;
        this.settings = settings;
        this.neighbours = neighbours;
        this.own = own;
        this.clock = clock;
        this.nanos = nanos;
    }

    @Override
    public void start() {
        if (settings.alone()) {
            return;
        }
        Thread.ofVirtual().name("room-talk").start(() -> {
            try {
                do {
                    quietly();
                } while (!closing.await(EVERY.toMillis(), TimeUnit.MILLISECONDS));
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void quietly() {
        try {
            talk();
        } catch (StoreException e) {
            LOG.warn("calls are served without the other instances for now: {}", e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("other instances were not asked for their room", e);
        }
    }

    /** Says what is new, and hears what the others say. */
    void talk() {
        lock.lock();
        try {
            if (closing.getCount() > 0) {
                talk(clock.instant());
            }
        } finally {
            lock.unlock();
        }
    }

    private void talk(Instant now) {
        Offer offer = own.get();
        if (!offer.equals(said) || now.isAfter(saidAt.plus(AT_LEAST))) {
            say(offer, now.plus(FOR));
            said = offer;
            saidAt = now;
        }
        long here = nanos.getAsLong();
        List<Neighbours.Neighbour> there = store.told().stream()
                .filter(told ->
                        !told.name().equals(settings.name()) && told.until().isAfter(now))
                .map(told -> new Neighbours.Neighbour(
                        told.name(),
                        told.host(),
                        told.port(),
                        Offer.of(told.text()),
                        here + Duration.between(now, told.until()).toNanos()))
                .toList();
        neighbours.offered(there);
    }

    private void say(Offer offer, Instant until) {
        store.tell(new RoomStore.Told(settings.name(), settings.reachedAt(), settings.hopPort(), offer.text(), until));
    }

    /** Tells the others to send nothing more. */
    @Override
    public void stop() {
        closing.countDown();
        if (settings.alone()) {
            return;
        }
        lock.lock();
        try {
            say(Offer.NONE, clock.instant());
        } catch (StoreException e) {
            LOG.info("other instances find by themselves that this one ends: {}", e.getMessage());
        } finally {
            lock.unlock();
        }
    }
}
