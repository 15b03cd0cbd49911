/* Copyright the Carrel authors. */
package dev.carrel.manager;

import dev.carrel.protocol.command.Event;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Passes events from the watch to the server, each of which is made before the other. Used from any thread. */
@Singleton
final class EventRelay implements Consumer<Event> {
    private static final Logger LOG = LoggerFactory.getLogger(EventRelay.class);

    private volatile Consumer<Event> target = event -> LOG.debug("nobody listens yet: {}", event);

    @Inject
    EventRelay() {}

    void to(Consumer<Event> listener) {
        target = listener;
    }

    @Override
    public void accept(Event event) {
        switch (event) {
            case Event.SessionExited exited ->
                LOG.info(
                        "session {} ended with exit code {}{}",
                        exited.session(),
                        exited.exitCode(),
                        exited.oomKilled() ? ", out of memory" : "");
            case Event.SessionRemoved gone -> LOG.info("the container of session {} is removed", gone.session());
            case Event.WorkerEnded ended ->
                LOG.info(
                        "worker {} ended with exit code {}{}",
                        ended.worker(),
                        ended.exitCode(),
                        ended.oomKilled() ? ", out of memory" : "");
        }
        target.accept(event);
    }
}
