/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import dev.carrel.chassis.site.DataFolder;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Stops what {@code up} started. */
@Command(
        name = "down",
        mixinStandardHelpOptions = true,
        description =
                "Stop router, engine and container-manager in that order. Sessions are containers of their own and run on; the next "
                        + "carrel up finds them again. With --sessions they are stopped first.")
final class DownCommand implements Callable<Integer> {
    private static final int LIMIT_SECONDS = 90;

    @Mixin
    private final Place place = new Place();

    @Option(names = "--sessions", description = "Stop every running session first.")
    private boolean sessions;

    @Spec
    private CommandSpec spec;

    /** Set by picocli before use. */
    @SuppressWarnings("NullAway.Init")
    DownCommand() {}

    @Override
    public Integer call() throws Exception {
        DataFolder data = place.data();
        Terminal terminal = new Terminal(spec.commandLine().getOut());
        Optional<ProcessHandle> running = RunState.read(data).flatMap(RunState::process);
        if (running.isEmpty()) {
            terminal.say("Carrel does not run for " + data.root());
            return 0;
        }
        if (sessions) {
            int status = Administration.run(data, "stop-sessions");
            if (status != 0) {
                throw new LauncherException("not every session could be stopped; Carrel runs on (see: carrel status)");
            }
        }
        ProcessHandle process = running.get();
        process.destroy();
        try {
            process.onExit().get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new LauncherException(
                    "pid " + process.pid() + " did not stop within " + LIMIT_SECONDS + " s (logs: " + data.logs() + ")",
                    e);
        }
        terminal.say("Carrel has stopped");
        return 0;
    }
}
