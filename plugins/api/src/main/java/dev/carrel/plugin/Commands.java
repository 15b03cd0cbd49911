/* Copyright the Carrel authors. */
package dev.carrel.plugin;

import java.time.Instant;
import java.util.Optional;

/** Calls other plugins' {@link Command}s. Lent by the host; thread-safe; never waits for a plugin. */
public interface Commands {
    /** No running plugin has that command. */
    String UNKNOWN = "command.unknown";
    /** More calls wait than may. */
    String FULL = "command.full";
    /** The data is too long. */
    String DATA = "command.data";

    /**
     * Asks for a command to be run, and returns at once.
     *
     * @param plugin its id
     * @param data at most 64 KiB in UTF-8; what the command expects is for its plugin to say
     * @return the id of the call
     * @throws PluginException with {@link #UNKNOWN}, {@link #DATA} (both permanent) or {@link #FULL} (temporary)
     */
    String call(String plugin, String command, String data);

    /** What has become of a call; empty when there was none, or it ended before the last 1000 that have. */
    Optional<Status> status(String call);

    /**
     * What has become of a call.
     *
     * @param outcome what the command answered, or why it failed; empty before its end
     * @param started empty while it waits
     * @param ended empty until it has
     */
    record Status(
            String id,
            String plugin,
            String command,
            String caller,
            State state,
            String outcome,
            Instant asked,
            Optional<Instant> started,
            Optional<Instant> ended) {}

    /** The states of a call, in order. */
    enum State {
        /** It waits for its turn. */
        QUEUED,
        /** It runs. */
        RUNNING,
        /** It has ended as it should. */
        DONE,
        /** It has ended otherwise. */
        FAILED
    }
}
