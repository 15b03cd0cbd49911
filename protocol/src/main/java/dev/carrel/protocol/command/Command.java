/* Copyright the Carrel authors. */
package dev.carrel.protocol.command;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.carrel.protocol.name.SessionId;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.name.VolumeId;
import dev.carrel.protocol.name.WorkerId;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What an engine may ask of the manager. Every command may be sent again: the manager converges to the same state. None of them
 * carries a container spec, a path on the host, a capability or a network: the manager builds the spec itself.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Command.Ping.class, name = "ping"),
    @JsonSubTypes.Type(value = Command.EnsureImage.class, name = "ensure-image"),
    @JsonSubTypes.Type(value = Command.StartSession.class, name = "start-session"),
    @JsonSubTypes.Type(value = Command.StopSession.class, name = "stop-session"),
    @JsonSubTypes.Type(value = Command.RemoveSession.class, name = "remove-session"),
    @JsonSubTypes.Type(value = Command.InspectSession.class, name = "inspect-session"),
    @JsonSubTypes.Type(value = Command.ListSessions.class, name = "list-sessions"),
    @JsonSubTypes.Type(value = Command.SessionStats.class, name = "session-stats"),
    @JsonSubTypes.Type(value = Command.TailLog.class, name = "tail-log"),
    @JsonSubTypes.Type(value = Command.OpenSessionDesk.class, name = "open-session-desk"),
    @JsonSubTypes.Type(value = Command.OpenWorkerNetwork.class, name = "open-worker-network"),
    @JsonSubTypes.Type(value = Command.StartWorker.class, name = "start-worker"),
    @JsonSubTypes.Type(value = Command.RemoveWorker.class, name = "remove-worker"),
    @JsonSubTypes.Type(value = Command.ListWorkers.class, name = "list-workers"),
    @JsonSubTypes.Type(value = Command.TailWorkerLog.class, name = "tail-worker-log"),
    @JsonSubTypes.Type(value = Command.Recover.class, name = "recover"),
    @JsonSubTypes.Type(value = Command.Subscribe.class, name = "subscribe"),
})
public sealed interface Command {

    /** What concerns workers of functions and never a session. */
    sealed interface OfWorkers extends Command {}

    /** Asks whether the manager and the Docker engine answer. Answer: {@link Result.Pong}. */
    record Ping() implements Command {}

    /**
     * Makes sure that an image of the policy is on this machine, pulling it when the policy allows. Answer: {@link Result.ImageReady}.
     *
     * @param image the policy's name of the image
     */
    record EnsureImage(String image) implements Command {}

    /**
     * Starts the container of a session, or adopts the one that this session id already has. Returns when the container runs, not when the
     * server in it answers. Answer: {@link Result.Session}.
     *
     * @param session the id of this start; container name and label
     * @param user whose session, for the label and the environment
     * @param image the policy's name of the image
     * @param limits wanted limits, each at most the policy's
     * @param home the home volume to mount; created empty when it does not exist
     * @param basePath the server's base URL
     * @param token the token the server in the container must demand
     */
    record StartSession(
            SessionId session, UserName user, String image, Limits limits, VolumeId home, String basePath, String token)
            implements Command {
        @Override
        public String toString() {
            return "StartSession[" + session + ", " + user + ", " + image + "]";
        }
    }

    /**
     * Stops the container and keeps it, so that its log can be read. Stopping what is stopped or gone is fine. Answer:
     * {@link Result.Done}.
     *
     * @param grace how long the processes may take to end before they are killed; at most the policy's
     */
    record StopSession(SessionId session, Duration grace) implements Command {}

    /** Removes the container of a session, killing it when it runs. The home stays. Answer: {@link Result.Done}. */
    record RemoveSession(SessionId session) implements Command {}

    /** Asks for the state of one session's container. Answer: {@link Result.Session}; not-found when it has none. */
    record InspectSession(SessionId session) implements Command {}

    /** Asks for every session's container of this installation, running or not. Answer: {@link Result.Sessions}. */
    record ListSessions() implements Command {}

    /** Asks for memory, cpu and process figures of a running session. Answer: {@link Result.Stats}. */
    record SessionStats(SessionId session) implements Command {}

    /**
     * Asks for the last lines of a container's output. Answer: {@link Result.LogLines}.
     *
     * @param lines 1 to 1000
     */
    record TailLog(SessionId session, int lines) implements Command {}

    /**
     * Makes sure that the network of sessions and the firewall around it are there. Answer: {@link Result.SessionDesk}, which says where on this host the
     * engine must listen to sessions: the only place of this host they reach.
     */
    record OpenSessionDesk() implements Command {}

    /**
     * Makes sure that the network of workers and the firewall around it are there. Answer: {@link Result.WorkerNetwork}, which says where on this host the
     * workers' broker must listen: the only place of this host they reach.
     */
    record OpenWorkerNetwork() implements OfWorkers {}

    /**
     * Starts a container that serves calls of functions, or adopts the one that this id already has. Returns when the container runs, not when it has said
     * hello to the broker. Answer: {@link Result.Worker}.
     *
     * @param worker the id of this start; container name and label
     * @param image the policy's name of the image, one that has a command for workers
     * @param limits wanted limits, each at most what the policy allows a session of the image; zeros give what it says is usual for workers
     * @param token what it says hello with; good for one worker, told to the container in its environment
     * @param juliaBox for an image that speaks JuliaBox's protocol, and for no other
     */
    record StartWorker(
            WorkerId worker,
            String image,
            Limits limits,
            String token,
            @Nullable JuliaBoxApi juliaBox) implements OfWorkers {
        /** One that speaks our protocol. */
        public StartWorker(WorkerId worker, String image, Limits limits, String token) {
            this(worker, image, limits, token, null);
        }

        @Override
        public String toString() {
            return "StartWorker[" + worker + ", " + image + "]";
        }
    }

    /** Kills and removes a worker's container; one that is gone is fine. Answer: {@link Result.Done}. */
    record RemoveWorker(WorkerId worker) implements OfWorkers {}

    /** Asks for every worker's container of this installation, running or not. Answer: {@link Result.Workers}. */
    record ListWorkers() implements OfWorkers {}

    /**
     * Asks for the last lines of a worker's output. Answer: {@link Result.LogLines}.
     *
     * @param lines 1 to 1000
     */
    record TailWorkerLog(WorkerId worker, int lines) implements OfWorkers {}

    /**
     * Asks the manager to check its networks and firewall, mend them, and list what it has adopted. Answer: {@link Result.Sessions}.
     */
    record Recover() implements Command {}

    /** Asks for events for the next 30 seconds; sent again every few seconds, so it is a sign of life too. Answer: {@link Result.Pong}. */
    record Subscribe() implements Command {}
}
