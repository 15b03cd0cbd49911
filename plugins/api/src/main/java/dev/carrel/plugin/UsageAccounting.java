/* Copyright the Carrel authors. */
package dev.carrel.plugin;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Keeps account of what people have used: sessions, calls of functions and runs of tasks. Each session that has ended is told by the engine that leads,
 * within seconds, one after the other in the order of their ends; one that was not taken is told again, also after a restart, so nothing is missing and
 * the same session may come twice. What has ended before the first such plugin came is told, too, as far back as the engine remembers
 * ({@code session.keep-ended}). Functions and tasks are told in the same way: one at a time, again until taken, so perhaps twice.
 */
public non-sealed interface UsageAccounting extends Extension {
    /**
     * Takes the account of a session, whatever it may have taken of that session before; at most 10 s.
     *
     * @throws Exception logged; it is told again a little later, and nothing else before it
     */
    void record(SessionUse use) throws Exception;

    /**
     * Takes the totals of a function's calls in a span of time, in place of whatever it may have taken of that span before; at most 10 s. Spans of one
     * function never overlap, so their sum is what was used. Who keeps no account of functions need not override it.
     *
     * @throws Exception logged; it is told again a little later, and nothing else before it
     */
    default void record(FunctionUse use) throws Exception {}

    /**
     * Takes the account of a task's run, whatever it may have taken of that run before; at most 10 s. A task that is tried again has a run for each
     * attempt. Who keeps no account of tasks need not override it.
     *
     * @throws Exception logged; it is told again a little later, and nothing else before it
     */
    default void record(TaskUse use) throws Exception {}

    /**
     * A session that has ended.
     *
     * @param session its id
     * @param server the server's name; empty for the default one
     * @param image the image's name in the settings
     * @param created when it was asked for
     * @param ready when it could be used first; empty when it never could
     * @param failed whether it ended otherwise than it should
     */
    record SessionUse(
            String session,
            String user,
            String server,
            String image,
            Instant created,
            Optional<Instant> ready,
            Instant ended,
            boolean failed) {}

    /**
     * Totals of the calls of one function that ended in a span of time.
     *
     * @param span names the span, of all functions and engines: the same one told again is the same calls
     * @param owner who has published the function and is charged for it
     * @param function its name, which is the owner's own
     * @param image what its workers run: a runtime's or an image's name in the settings
     * @param from the span's beginning
     * @param to its end, not before its beginning
     * @param calls that ended, however
     * @param failed of these, otherwise than they should
     * @param busy how long workers were at work on them, together
     */
    record FunctionUse(
            String span,
            String owner,
            String function,
            String image,
            Instant from,
            Instant to,
            long calls,
            long failed,
            Duration busy) {}

    /**
     * A run of a task that has ended.
     *
     * @param task its id
     * @param attempt 1 for its first run
     * @param user who has handed it in
     * @param image the image's name in the settings
     * @param queued when it could have run first
     * @param started when it began to run; empty when it never did
     * @param ended not told before it has
     * @param failed whether it ended otherwise than it should
     */
    record TaskUse(
            String task,
            int attempt,
            String user,
            String image,
            Instant queued,
            Optional<Instant> started,
            Instant ended,
            boolean failed) {}
}
