/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import dev.carrel.chassis.boot.Service;
import dev.carrel.http.transport.Transport;
import dev.carrel.http.transport.TransportSettings;
import dev.carrel.router.settings.RouterSettings;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/** The process's event loops. Made with the injector, since sockets are bound to them from the first; stopped after everything that uses them. */
@Singleton
public final class Loops implements Service {
    private static final int BACKLOG = 4096;

    private final Transport transport;

    /** Starts the threads; the constructor may, as they are daemons and do nothing yet. */
    @Inject
    public Loops(RouterSettings settings) {
        this.transport = Transport.open(
                new TransportSettings(settings.transport(), settings.workers(), BACKLOG, settings.busyPoll()),
                "router");
    }

    /** The loops themselves. */
    public Transport transport() {
        return transport;
    }

    @Override
    public void start() {
        // They run already.
    }

    @Override
    public void stop() {
        transport.close();
    }
}
