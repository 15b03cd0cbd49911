/* Copyright the Carrel authors. */
package dev.carrel.ui;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One published function: how to call it, trying it out, its versions, what it has done.
 *
 * @param curl a command line that calls it
 * @param code of the active version
 * @param secrets names of its secrets
 * @param times when it runs by itself
 * @param versions newest first
 * @param figures what it has done on this machine since the engine's start
 * @param calls the last ones, newest first
 * @param later calls that nobody waits for
 * @param log what it printed last, oldest first
 * @param trial what was tried on this page just now; null for nothing
 */
public record FunctionPage(
        Frame frame,
        FunctionCard function,
        String curl,
        String runtime,
        String code,
        List<String> secrets,
        Times times,
        List<VersionRow> versions,
        Figures figures,
        List<CallRow> calls,
        Later later,
        List<String> log,
        @Nullable Trial trial,
        @Nullable Notice notice)
        implements View {
    /** Copies the lists. */
    public FunctionPage {
        secrets = List.copyOf(secrets);
        versions = List.copyOf(versions);
        calls = List.copyOf(calls);
        log = List.copyOf(log);
    }

    /**
     * When a function runs by itself.
     *
     * @param entries of its schedule; empty when it does not
     * @param next when it does next; null for never
     */
    public record Times(List<TimeRow> entries, @Nullable Moment next) {
        /** Copies the list. */
        public Times {
            entries = List.copyOf(entries);
        }
    }

    /**
     * An entry of a schedule.
     *
     * @param cron as {@code 30 8 * * mon-fri}
     * @param zone in whose time
     * @param handler empty for the first
     */
    public record TimeRow(String cron, String zone, String handler) {}

    /**
     * A version.
     *
     * @param active whether calls get it
     */
    public record VersionRow(String number, Moment published, String publisher, boolean active) {}

    /**
     * What has been measured.
     *
     * @param calls in all
     * @param failed of them
     * @param median of a call's time, as {@code 3.2 ms}; empty when there was none
     * @param slow what 99 of 100 calls stay below; empty when there was none
     * @param workers as {@code 2 (1 idle)}
     * @param waiting calls that wait for a worker
     */
    public record Figures(String calls, String failed, String median, String slow, String workers, String waiting) {}

    /**
     * A call that was.
     *
     * @param outcome its HTTP status
     * @param took as {@code 3.2 ms}
     */
    public record CallRow(String id, Moment at, String handler, String outcome, String took) {}

    /**
     * Calls that nobody waits for.
     *
     * @param calls the last ones, newest first
     * @param result what came of the one that was asked for; null for none
     */
    public record Later(List<LaterRow> calls, @Nullable Result result) {
        /** Copies the list. */
        public Later {
            calls = List.copyOf(calls);
        }
    }

    /** How far a call is that nobody waits for. */
    public enum LaterState {
        /** Nobody is at it. */
        WAITING,
        /** Somebody is. */
        RUNNING,
        /** The function has answered. */
        DONE,
        /** There is no answer of the function. */
        FAILED;

        /** In small letters. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * A call that nobody waits for.
     *
     * @param at when it was taken
     * @param by who called, in words
     * @param scheduled for which time the function's schedule called; null when it was not that
     * @param handler empty for the first
     * @param outcome HTTP status of its result; empty while there is none
     * @param attempts that have begun
     */
    public record LaterRow(
            String id,
            Moment at,
            String by,
            @Nullable Moment scheduled,
            String handler,
            LaterState state,
            String outcome,
            int attempts) {}

    /**
     * What came of a call that nobody waited for.
     *
     * @param state the word of its {@link LaterState}; empty when there is no such call
     * @param outcome its HTTP status; empty while there is none
     * @param text its answer, perhaps shortened; empty while there is none
     */
    public record Result(String id, String state, String outcome, String text) {}

    /**
     * A call from this page.
     *
     * @param arguments as typed, one a line
     * @param outcome its HTTP status; empty before the first
     * @param took as {@code 3.2 ms}; empty before the first
     * @param answer its text, perhaps shortened
     */
    public record Trial(String handler, String arguments, String outcome, String took, String answer) {}
}
