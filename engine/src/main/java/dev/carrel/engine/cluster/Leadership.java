/* Copyright the Carrel authors. */
package dev.carrel.engine.cluster;

import dev.carrel.chassis.boot.Service;
import dev.carrel.engine.store.StoreException;
import dev.carrel.protocol.name.Base32;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One engine of the cluster leads: the one that holds a lease in the database. It prolongs the lease every five seconds, and believes in it only until it
 * runs out, so that an engine that was stopped for a while, or cannot reach the database, knows by itself that it leads no more. The clocks of a
 * cluster's machines must agree within a few seconds. Thread-safe.
 */
public final class Leadership implements Service {
    private static final Logger LOG = LoggerFactory.getLogger(Leadership.class);
    private static final String NAME = "leader";
    private static final Duration EVERY = Duration.ofSeconds(5);
    private static final Duration LEASE = Duration.ofSeconds(25);
    /** The leader stops believing before others may take over. */
    private static final Duration MARGIN = Duration.ofSeconds(5);

    private final LeaseStore leases;
    private final Clock clock;
    private final String holder = Base32.random(16);
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile Instant until = Instant.MIN;

    /** Leads nobody yet. */
    @Inject
    public Leadership(LeaseStore leases, Clock clock, MeterRegistry metrics) {
        this.leases = leases;
        this.clock = clock;
        Gauge.builder("carrel.cluster.leader", this, l -> l.leads() ? 1 : 0)
                .description("1 while this engine leads the cluster")
                .register(metrics);
    }

    /** Whether this engine leads now. */
    public boolean leads() {
        return clock.instant().isBefore(until);
    }

    @Override
    public void start() {
        renew();
        Thread.ofVirtual().name("leadership").start(() -> {
            try {
                while (!closing.await(EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
                    renew();
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Takes the lease or prolongs it. */
    void renew() {
        boolean before = leads();
        Instant now = clock.instant();
        try {
            boolean taken = leases.take(NAME, holder, now, now.plus(LEASE));
            until = taken ? now.plus(LEASE).minus(MARGIN) : Instant.MIN;
        } catch (StoreException e) {
            LOG.warn("the lease of the leader cannot be looked at: {}", e.getMessage());
        }
        if (before != leads()) {
            LOG.info(before ? "this engine leads no more" : "this engine leads");
        }
    }

    @Override
    public void stop() {
        closing.countDown();
        boolean led = leads();
        until = Instant.MIN;
        if (led) {
            try {
                leases.give(NAME, holder);
            } catch (StoreException e) {
                LOG.warn("the lease of the leader was not given up and runs out by itself: {}", e.getMessage());
            }
        }
    }
}
