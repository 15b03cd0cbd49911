/* Copyright the Carrel authors. */
package dev.carrel.ui;

import java.util.List;
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
     * A call from this page.
     *
     * @param arguments as typed, one a line
     * @param outcome its HTTP status; empty before the first
     * @param took as {@code 3.2 ms}; empty before the first
     * @param answer its text, perhaps shortened
     */
    public record Trial(String handler, String arguments, String outcome, String took, String answer) {}
}
