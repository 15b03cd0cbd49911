/* Copyright the Carrel authors. */
package dev.carrel.protocol.command;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.carrel.protocol.name.SessionId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the manager tells unasked. May be lost: whoever listens also asks {@link Command.ListSessions} now and then. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Event.SessionExited.class, name = "session-exited"),
    @JsonSubTypes.Type(value = Event.SessionRemoved.class, name = "session-removed"),
})
public sealed interface Event {
    /** The session it is about. */
    SessionId session();

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
}
