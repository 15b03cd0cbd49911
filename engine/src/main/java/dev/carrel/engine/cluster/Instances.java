/* Copyright the Carrel authors. */
package dev.carrel.engine.cluster;

import dev.carrel.chassis.boot.Service;
import dev.carrel.chassis.site.DataFolder;
import dev.carrel.chassis.site.InstanceSettings;
import dev.carrel.engine.store.StoreException;
import dev.carrel.protocol.name.UserName;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The instances that share the database, and which of them we are. Every five seconds the engine says that it is there, for 25 s; the clocks of the machines
 * must agree within a few seconds, as for {@link Leadership}. Thread-safe.
 */
public final class Instances implements Service {
    private static final Logger LOG = LoggerFactory.getLogger(Instances.class);
    private static final Duration EVERY = Duration.ofSeconds(5);
    private static final Duration FOR = Duration.ofSeconds(25);

    private final InstanceStore store;
    private final InstanceSettings settings;
    private final String holder;
    private final Clock clock;
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile boolean adopted;

    /** Says nothing yet. An installation is known again by its id, so that it may start anew before its last word has run out. */
    @Inject
    public Instances(InstanceStore store, InstanceSettings settings, DataFolder data, Clock clock) {
        this(store, settings, settings.alone() ? "" : data.installId(), clock);
    }

    /** @param holder which installation this is */
    public Instances(InstanceStore store, InstanceSettings settings, String holder, Clock clock) {
        this.store = store;
        this.settings = settings;
        this.holder = holder;
        this.clock = clock;
    }

    /** Our own name; empty when there is no other instance. */
    public String own() {
        return settings.name();
    }

    /** Whether something of an instance is ours. */
    public boolean ours(String instance) {
        return instance.equals(settings.name());
    }

    /** The instance of a name, whether its engine is there or not; none has the empty name, by which what was never adopted goes. */
    public Optional<Instance> find(String name) {
        return name.isEmpty() ? Optional.empty() : store.find(name);
    }

    /** Whether the engine of an instance said within the last half minute that it is there. */
    public boolean alive(String name) {
        if (ours(name)) {
            return true;
        }
        Optional<Instance> there = find(name);
        return there.isPresent() && there.get().until().isAfter(clock.instant());
    }

    /** Where a user's sessions run: where their home is, and that does not move. Ours when they have none yet. */
    public String homeOf(UserName user) {
        return settings.alone() ? "" : store.homeOf(user, settings.name());
    }

    /**
     * Says that it is there.
     *
     * @throws IllegalStateException when another installation goes by our name
     */
    @Override
    public void start() {
        if (settings.alone()) {
            return;
        }
        try {
            say();
        } catch (StoreException e) {
            LOG.warn("the other instances are told later that this one is there: {}", e.getMessage());
        }
        Thread.ofVirtual().name("instance").start(() -> {
            try {
                while (!closing.await(EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
                    again();
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void again() {
        try {
            say();
        } catch (StoreException | IllegalStateException e) {
            LOG.warn("the other instances could not be told that this one is there: {}", e.getMessage());
        }
    }

    private void say() {
        Instant now = clock.instant();
        Instance own = new Instance(settings.name(), holder, settings.reachedAt(), settings.hopPort(), now.plus(FOR));
        if (!store.note(own, now)) {
            throw new IllegalStateException("instance.name: \"" + settings.name()
                    + "\" is the name of another installation that is running (expected: a name of its own for each)");
        }
        if (!adopted) {
            if (store.all().stream().allMatch(there -> ours(there.name()))) {
                store.adopt(settings.name());
            }
            adopted = true;
        }
    }

    /** Its word runs out by itself: its router and its sessions go on without the engine. */
    @Override
    public void stop() {
        closing.countDown();
    }
}
