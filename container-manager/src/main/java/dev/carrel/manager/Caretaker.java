/* Copyright the Carrel authors. */
package dev.carrel.manager;

import dev.carrel.chassis.boot.Service;
import dev.carrel.manager.container.Launch;
import dev.carrel.manager.docker.ContainerWatch;
import dev.carrel.manager.docker.DockerEngine;
import dev.carrel.manager.network.Networks;
import dev.carrel.manager.session.SessionStarter;
import dev.carrel.protocol.command.CommandFailure;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after what must stay true without being asked: networks and firewall in place, nothing of the event stream missed. One virtual thread does it
 * every half minute, and at once when the Docker engine came back: a restarted one may have flushed or reordered the firewall.
 */
final class Caretaker implements Service {
    private static final Logger LOG = LoggerFactory.getLogger(Caretaker.class);
    private static final long ROUND_SECONDS = 30;

    private final DockerEngine docker;
    private final Networks networks;
    private final Launch launch;
    private final SessionStarter starter;
    private final ContainerWatch watch;
    private final Signal signal;
    private volatile boolean stopping;
    private volatile Thread thread = Thread.ofVirtual().unstarted(() -> {});

    /** Wakes the caretaker; given to the watch. At most one waiting wake-up is kept. */
    static final class Signal implements Runnable {
        private final Semaphore wanted = new Semaphore(0);

        @Inject
        Signal() {}

        @Override
        public void run() {
            if (wanted.availablePermits() == 0) {
                wanted.release();
            }
        }
    }

    @Inject
    Caretaker(
            DockerEngine docker,
            Networks networks,
            Launch launch,
            SessionStarter starter,
            ContainerWatch watch,
            Signal signal) {
        this.docker = docker;
        this.networks = networks;
        this.launch = launch;
        this.starter = starter;
        this.watch = watch;
        this.signal = signal;
    }

    /** Refuses to start where it could never guard a session; a Docker engine that is away now is waited for. */
    @Override
    public void start() throws Exception {
        var impossible = networks.sessions().impossible();
        if (impossible.isPresent()) {
            throw new IOException(impossible.get());
        }
        round();
        watch.start();
        thread = Thread.ofVirtual().name("caretaker").start(this::run);
    }

    private void run() {
        long pause = 0;
        try {
            warmUp();
            while (!stopping) {
                if (signal.wanted.tryAcquire(pause == 0 ? ROUND_SECONDS : pause, TimeUnit.SECONDS)) {
                    LOG.debug("looking after network and containers out of turn");
                }
                pause = round() ? 0 : Math.min(ROUND_SECONDS, Math.max(1, 2 * pause));
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void warmUp() throws InterruptedException {
        try {
            starter.warmUp();
        } catch (CommandFailure | RuntimeException e) {
            LOG.debug("the first start will take a little longer: {}", e.getMessage());
        }
    }

    /** One duty that fails does not keep the others from being done. */
    private boolean round() throws InterruptedException {
        boolean facts = done(launch::refresh);
        boolean sessions = done(networks.sessions()::ensure);
        boolean workers = done(networks.workers()::tend);
        boolean compared = done(watch::compare);
        return facts && sessions && workers && compared;
    }

    private interface Duty {
        Object fulfil() throws CommandFailure, InterruptedException;
    }

    private static boolean done(Duty duty) throws InterruptedException {
        try {
            duty.fulfil();
            return true;
        } catch (CommandFailure e) {
            // HostNetwork and ContainerWatch tell of a change by themselves; every second the same line helps nobody.
            LOG.debug("round: {}", e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("looking after network and containers failed; it is tried again", e);
        }
        return false;
    }

    @Override
    public void stop() {
        stopping = true;
        thread.interrupt();
        watch.close();
        docker.close();
    }
}
