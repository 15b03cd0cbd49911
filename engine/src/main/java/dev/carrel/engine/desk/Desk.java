/* Copyright the Carrel authors. */
package dev.carrel.engine.desk;

import dev.carrel.chassis.boot.Service;
import dev.carrel.engine.manager.ContainerManager;
import dev.carrel.engine.web.EngineServer;
import dev.carrel.http.server.HttpServer;
import dev.carrel.http.server.HttpServerSettings;
import dev.carrel.http.transport.BindFailure;
import dev.carrel.protocol.command.Command;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.Result;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens to sessions where the manager says that they reach us, and looks every half minute whether that is still the place: the network is made anew after some
 * restarts of the machine. Sessions do without the desk until it is open; nothing else waits for it.
 */
public final class Desk implements Service {
    private static final Logger LOG = LoggerFactory.getLogger(Desk.class);
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Duration AGAIN = Duration.ofSeconds(30);
    private static final Duration SOON = Duration.ofSeconds(2);
    private static final int CONNECTIONS = 1_000;
    /** One session cannot take what others need. */
    private static final int OF_ONE = 32;

    private static final int HANDLERS = 64;
    private static final int STREAMS = 128;

    private final ContainerManager manager;
    private final EngineServer engine;
    private final DeskRules rules;
    private final Semaphore closing = new Semaphore(0);
    private Result.@Nullable SessionDesk place;
    private volatile @Nullable HttpServer server;
    private @Nullable Thread thread;
    private String told = "";

    @Inject
    Desk(ContainerManager manager, EngineServer engine, DeskRules rules) {
        this.manager = manager;
        this.engine = engine;
        this.rules = rules;
    }

    /** The port that is open; none when there is none. */
    public OptionalInt port() {
        HttpServer open = server;
        return open == null ? OptionalInt.empty() : OptionalInt.of(open.port());
    }

    @Override
    public void start() {
        thread = Thread.ofVirtual().name("session-desk").start(this::watch);
    }

    private void watch() {
        try {
            boolean over = false;
            while (!over) {
                boolean open = look();
                over = closing.tryAcquire((open ? AGAIN : SOON).toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            close();
        }
    }

    /** Whether the desk is open now. */
    private boolean look() throws InterruptedException {
        try {
            Result result = manager.call(new Command.OpenSessionDesk(), LIMIT, _ -> {});
            if (!(result instanceof Result.SessionDesk now)) {
                throw new IllegalStateException("the container-manager answered " + result);
            }
            if (!now.equals(place)) {
                close();
                open(now);
            }
            told = "";
            return true;
        } catch (CommandFailure | BindFailure | IllegalStateException e) {
            String message = String.valueOf(e.getMessage());
            if (!message.equals(told)) {
                LOG.warn("notebooks cannot publish functions by themselves until this is mended: {}", message);
            }
            told = message;
            return false;
        }
    }

    private void open(Result.SessionDesk now) {
        HttpServer fresh = engine.further(
                HttpServerSettings.defaults(now.port(), "site.internal-ports")
                        .withHost(now.address())
                        .withConnections(CONNECTIONS, OF_ONE)
                        .withConcurrency(HANDLERS, STREAMS),
                rules);
        try {
            fresh.start();
        } catch (RuntimeException e) {
            fresh.close();
            throw e;
        }
        server = fresh;
        place = now;
    }

    private void close() {
        HttpServer open = server;
        server = null;
        place = null;
        if (open != null) {
            open.close(Duration.ofSeconds(2));
        }
    }

    @Override
    public void stop() {
        closing.release();
        Thread watching = thread;
        if (watching != null) {
            try {
                if (!watching.join(Duration.ofSeconds(5))) {
                    watching.interrupt();
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
