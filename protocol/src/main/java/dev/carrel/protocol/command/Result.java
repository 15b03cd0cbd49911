/* Copyright the Carrel authors. */
package dev.carrel.protocol.command;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import java.util.List;

/** The manager's one final answer to a command. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Result.Done.class, name = "done"),
    @JsonSubTypes.Type(value = Result.Pong.class, name = "pong"),
    @JsonSubTypes.Type(value = Result.ImageReady.class, name = "image-ready"),
    @JsonSubTypes.Type(value = Result.Session.class, name = "session"),
    @JsonSubTypes.Type(value = Result.Sessions.class, name = "sessions"),
    @JsonSubTypes.Type(value = Result.Stats.class, name = "stats"),
    @JsonSubTypes.Type(value = Result.LogLines.class, name = "log-lines"),
    @JsonSubTypes.Type(value = Result.SessionDesk.class, name = "session-desk"),
    @JsonSubTypes.Type(value = Result.WorkerNetwork.class, name = "worker-network"),
    @JsonSubTypes.Type(value = Result.Worker.class, name = "worker"),
    @JsonSubTypes.Type(value = Result.Workers.class, name = "workers"),
    @JsonSubTypes.Type(value = Result.Failed.class, name = "failed"),
})
public sealed interface Result {

    /** It is as asked. */
    record Done() implements Result {}

    /**
     * A sign of life.
     *
     * @param bootId changes when the manager restarts
     * @param dockerAnswers whether the Docker engine answered
     */
    record Pong(String bootId, boolean dockerAnswers, Instant startedAt) implements Result {}

    /** The image is here. */
    record ImageReady(String image, String imageId, boolean pulled) implements Result {}

    /** One container. */
    record Session(SessionContainer container) implements Result {}

    /** All containers. */
    record Sessions(List<SessionContainer> containers) implements Result {
        /** Copies the list. */
        public Sessions {
            containers = List.copyOf(containers);
        }
    }

    /** Figures of a running session. */
    record Stats(long memoryBytes, long memoryLimitBytes, long cpuNanos, long pids) implements Result {}

    /** Output lines, oldest first, each at most 2000 characters. */
    record LogLines(List<String> lines) implements Result {
        /** Copies the list. */
        public LogLines {
            lines = List.copyOf(lines);
        }
    }

    /**
     * Where the engine listens to sessions.
     *
     * @param address an address of this host on the sessions' network
     * @param port the one port there that sessions reach
     */
    record SessionDesk(String address, int port) implements Result {}

    /**
     * Where the broker of workers listens.
     *
     * @param address an address of this host on the workers' network
     * @param port the one port there that workers reach
     */
    record WorkerNetwork(String address, int port) implements Result {}

    /** One worker's container. */
    record Worker(WorkerContainer container) implements Result {}

    /** All workers' containers. */
    record Workers(List<WorkerContainer> containers) implements Result {
        /** Copies the list. */
        public Workers {
            containers = List.copyOf(containers);
        }
    }

    /**
     * It could not be done; nothing was left half-made.
     *
     * @param message names the value, what was expected and what to do
     */
    record Failed(FailureCode code, String message) implements Result {}
}
