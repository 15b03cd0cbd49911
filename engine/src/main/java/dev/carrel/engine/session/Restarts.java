/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import dev.carrel.protocol.name.SessionAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts that were asked for while a stop is under way, and follow it. They are known to this process only: after the end of an engine the person is back
 * at the Start button. Thread-safe.
 */
final class Restarts {
    private static final Logger LOG = LoggerFactory.getLogger(Restarts.class);
    private static final int MOST = 1000;
    /** The longest grace of a stop is five minutes. */
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private final Map<SessionAddress, Object> wishes = new ConcurrentHashMap<>();

    /** Whether a start follows the stop of this address. */
    boolean wanted(SessionAddress address) {
        return wishes.containsKey(address);
    }

    /** No start follows any more. */
    void forget(SessionAddress address) {
        wishes.remove(address);
    }

    /**
     * Has a start follow. Asked for again it changes nothing.
     *
     * @param stopping the session that stops
     * @param sessions where to wait for its end, and to start then
     * @return false when too many wait already
     */
    boolean follow(Session stopping, Optional<String> image, Sessions sessions) {
        if (wishes.size() >= MOST) {
            return false;
        }
        Object wish = new Object();
        if (wishes.putIfAbsent(stopping.address(), wish) == null) {
            Thread.ofVirtual().name("restart-" + stopping.id()).start(() -> {
                try {
                    startWhenEnded(stopping, image, sessions, wish);
                } finally {
                    wishes.remove(stopping.address(), wish);
                }
            });
        }
        return true;
    }

    private void startWhenEnded(Session stopping, Optional<String> image, Sessions sessions, Object wish) {
        SessionAddress address = stopping.address();
        try {
            Session ended = sessions.await(stopping, LONGEST);
            if (!ended.state().live() && wish.equals(wishes.get(address))) {
                sessions.start(address, image);
            }
        } catch (SessionFailure failure) {
            LOG.info("{} is not started after its stop: {}", address, failure.getMessage());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.warn("{} is not started after its stop", address, e);
        }
    }
}
