/* Copyright the Carrel authors. */
package dev.carrel.manager;

import dev.carrel.chassis.boot.Service;
import dev.carrel.manager.docker.ContainerWatch;
import dev.carrel.manager.docker.DockerEngine;
import dev.carrel.manager.network.HostNetwork;
import dev.carrel.manager.session.SessionStarter;
import dev.carrel.protocol.command.CommandFailure;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after what must stay true without being asked: network and firewall in place, nothing of the event stream missed. One virtual thread does it
 * every half minute, and at once when the Docker engine came back: a restarted one may have flushed or reordered the firewall.
 */
final class Caretaker implements Service {
    private static final Logger LOG = LoggerFactory.getLogger(Caretaker.class);
    private static final long ROUND_SECONDS = 30;

    private final DockerEngine docker;
    private final HostNetwork network;
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
    Caretaker(DockerEngine docker, HostNetwork network, SessionStarter starter, ContainerWatch watch, Signal signal) {
        this.docker = docker;
        this.network = network;
        this.starter = starter;
        this.watch = watch;
        this.signal = signal;
    }

    /** Refuses to start where it could never guard a session; a Docker engine that is away now is waited for. */
    @Override
    public void start() throws Exception {
        var impossible = network.impossible();
        if (impossible.isPresent()) {
            throw new IOException(impossible.get());
        }
        round();
        watch.start();
        thread = Thread.ofVirtual().name("caretaker").start(this::run);
    }

    private void run() {
        try {
            warmUp();
            while (!stopping) {
                if (signal.wanted.tryAcquire(ROUND_SECONDS, TimeUnit.SECONDS)) {
                    LOG.debug("looking after network and containers out of turn");
                }
                round();
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

    private void round() throws InterruptedException {
        try {
            starter.refresh();
            network.ensure();
            watch.compare();
        } catch (CommandFailure e) {
            LOG.debug("round: {}", e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("looking after network and containers failed; trying again in {} s", ROUND_SECONDS, e);
        }
    }

    @Override
    public void stop() {
        stopping = true;
        thread.interrupt();
        watch.close();
        docker.close();
    }
}
