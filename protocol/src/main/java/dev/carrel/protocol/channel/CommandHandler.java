/* Copyright the Carrel authors. */
package dev.carrel.protocol.channel;

import dev.carrel.protocol.command.Command;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.Result;
import java.time.Instant;

/** Does what a command says. Called on a virtual thread, one for each command, many at once; may block until the deadline. */
@FunctionalInterface
public interface CommandHandler {
    /**
     * Carries out one command.
     *
     * @throws CommandFailure to answer {@link Result.Failed} with its code and message
     */
    Result handle(Command command, Context context) throws CommandFailure, InterruptedException;

    /** What a command is carried out in. */
    interface Context {
        /** When the asker stops waiting. */
        Instant deadline();

        /** Tells the asker how far it is. Never blocks; dropped when the asker is gone. */
        void progress(int percent, String text);
    }
}
