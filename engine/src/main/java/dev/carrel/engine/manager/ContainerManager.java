/* Copyright the Carrel authors. */
package dev.carrel.engine.manager;

import dev.carrel.protocol.command.Command;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.Event;
import dev.carrel.protocol.command.Result;
import dev.carrel.protocol.wire.Message;
import java.time.Duration;
import java.util.function.Consumer;

/** The container-manager as the engine sees it. Thread-safe. */
public interface ContainerManager {
    /**
     * Sends a command and waits for its answer; survives a restart of the manager within the time given.
     *
     * @param progress told of steps on the way; must be quick
     * @throws CommandFailure when it cannot be done; its message is for the person concerned
     */
    Result call(Command command, Duration timeout, Consumer<Message.Progress> progress)
            throws CommandFailure, InterruptedException;

    /** Whether it was heard of lately. */
    boolean connected();

    /** Adds a listener for events; call before the start. Events come one at a time on one thread and may be lost. */
    void listen(Consumer<Event> listener);
}
