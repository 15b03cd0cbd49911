/* Copyright the Carrel authors. */
package dev.carrel.manager.docker;

import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.name.SessionId;
import java.util.Map;
import java.util.Set;

/** Which sessions have a container; asks the Docker engine each time. */
public interface SessionList {
    /** The sessions that have one, running or not. */
    Set<SessionId> sessions() throws CommandFailure, InterruptedException;

    /** The addresses of those that run. */
    Map<SessionId, String> addresses() throws CommandFailure, InterruptedException;
}
