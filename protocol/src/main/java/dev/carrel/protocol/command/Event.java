/* Copyright the Carrel authors. */
package dev.carrel.protocol.command;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.carrel.protocol.name.SessionId;
import dev.carrel.protocol.name.WorkerId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the manager tells unasked. May be lost: whoever listens also asks {@link Command.ListSessions} or {@link Command.ListWorkers} now and then. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Event.SessionExited.class, name = "session-exited"),
    @JsonSubTypes.Type(value = Event.SessionRemoved.class, name = "session-removed"),
    @JsonSubTypes.Type(value = Event.WorkerEnded.class, name = "worker-ended"),
})
public sealed interface Event {
    /**
     * The container's first process ended, for whatever reason.
     *
     * @param lastLines the end of its output, at most 50 lines
     */
    record SessionExited(
            SessionId session,
            String containerId,
            @Nullable Integer exitCode,
            boolean oomKilled,
            Instant at,
            List<String> lastLines)
            implements Event {
        /** Copies the list. */
        public SessionExited {
            lastLines = List.copyOf(lastLines);
        }
    }

    /** The container is gone. */
    record SessionRemoved(SessionId session, String containerId, Instant at) implements Event {}

    /**
     * A worker's first process ended, or its container is gone.
     *
     * @param exitCode null when the container was removed before anybody could ask
     * @param lastLines the end of its output, at most 50 lines
     */
    record WorkerEnded(
            WorkerId worker,
            String containerId,
            @Nullable Integer exitCode,
            boolean oomKilled,
            Instant at,
            List<String> lastLines)
            implements Event {
        /** Copies the list. */
        public WorkerEnded {
            lastLines = List.copyOf(lastLines);
        }
    }
}
