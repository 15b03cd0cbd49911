/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.SessionId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One start of a server of a user, as the database has it. Immutable.
 *
 * @param id of this start
 * @param address whose and which; gives base path and origin host
 * @param state where in its life it is
 * @param image the policy's name of its image
 * @param reason why it stopped or failed; none while it lives
 * @param logTail the last lines of its output when it failed
 * @param createdAt when it was asked for
 * @param readyAt when it became reachable
 * @param endedAt when it stopped or failed
 * @param lastActivity the latest activity known
 * @param lastUse when a program last said that it was used; null for never
 * @param containerId Docker's id once there is a container
 * @param upstreamToken the token its server demands; never shown to anybody
 * @param instance the name of the instance it runs on; empty where there is only one
 * @param version raised by every change; a change of an older version is refused
 */
public record Session(
        SessionId id,
        SessionAddress address,
        SessionState state,
        String image,
        Reason reason,
        List<String> logTail,
        Instant createdAt,
        @Nullable Instant readyAt,
        @Nullable Instant endedAt,
        Instant lastActivity,
        @Nullable Instant lastUse,
        @Nullable String containerId,
        String upstreamToken,
        String instance,
        long version) {
    /** Copies the list. */
    public Session {
        logTail = List.copyOf(logTail);
    }

    /** One of which no program has said that it was used. */
    public Session(
            SessionId id,
            SessionAddress address,
            SessionState state,
            String image,
            Reason reason,
            List<String> logTail,
            Instant createdAt,
            @Nullable Instant readyAt,
            @Nullable Instant endedAt,
            Instant lastActivity,
            @Nullable String containerId,
            String upstreamToken,
            String instance,
            long version) {
        this(
                id,
                address,
                state,
                image,
                reason,
                logTail,
                createdAt,
                readyAt,
                endedAt,
                lastActivity,
                null,
                containerId,
                upstreamToken,
                instance,
                version);
    }

    /** The same on an instance, before it is stored. */
    public Session at(String where) {
        return new Session(
                id,
                address,
                state,
                image,
                reason,
                logTail,
                createdAt,
                readyAt,
                endedAt,
                lastActivity,
                lastUse,
                containerId,
                upstreamToken,
                where,
                version);
    }

    /**
     * The same with another state, to be stored as a change of this one. A living session has no end and no last lines of output.
     *
     * @param why it ends; none while it lives
     * @param lines the last lines of its output when it failed
     * @param now when the state changed
     */
    public Session to(SessionState next, Reason why, List<String> lines, Instant now) {
        boolean first = next == SessionState.READY && readyAt == null;
        return new Session(
                id,
                address,
                next,
                image,
                why,
                lines,
                createdAt,
                first ? now : readyAt,
                next.live() ? null : now,
                next == SessionState.READY ? now : lastActivity,
                lastUse,
                containerId,
                upstreamToken,
                instance,
                version + 1);
    }

    /** The same with a container, to be stored as part of the same change. */
    public Session in(String container) {
        return new Session(
                id,
                address,
                state,
                image,
                reason,
                logTail,
                createdAt,
                readyAt,
                endedAt,
                lastActivity,
                lastUse,
                container,
                upstreamToken,
                instance,
                version);
    }

    /** The same with a later activity, to be stored as a change of this one. */
    public Session activeAt(Instant at) {
        return new Session(
                id,
                address,
                state,
                image,
                reason,
                logTail,
                createdAt,
                readyAt,
                endedAt,
                at,
                lastUse,
                containerId,
                upstreamToken,
                instance,
                version + 1);
    }

    /** The same that a program says was used then, to be stored as a change of this one. */
    public Session usedAt(Instant at) {
        return new Session(
                id,
                address,
                state,
                image,
                reason,
                logTail,
                createdAt,
                readyAt,
                endedAt,
                at.isAfter(lastActivity) ? at : lastActivity,
                at,
                containerId,
                upstreamToken,
                instance,
                version + 1);
    }

    @Override
    public String toString() {
        return "Session[" + id + ", " + address.user() + "/" + address.server() + ", " + state + "]";
    }
}
