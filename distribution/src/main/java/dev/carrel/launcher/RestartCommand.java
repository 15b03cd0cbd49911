/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import dev.carrel.chassis.site.DataFolder;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Has the supervisor put a new process in the place of one that runs. */
@Command(
        name = "restart",
        mixinStandardHelpOptions = true,
        description =
                "Start a new router, of the program and with the settings as they are now, in the place of the one that runs. No "
                        + "connection is refused and no request dropped; open WebSockets live on in the old process, up to router.drain-websockets. "
                        + "Engine and container-manager need no such thing: carrel down and up leave every session running.")
final class RestartCommand implements Callable<Integer> {
    private static final String ROUTER = "router";

    @Mixin
    private final Place place = new Place();

    @Parameters(paramLabel = "router", description = "What to restart: router.")
    private String process;

    @Spec
    private CommandSpec spec;

    /** Set by picocli before use. */
    @SuppressWarnings("NullAway.Init")
    RestartCommand() {}

    @Override
    public Integer call() {
        if (!process.equals(ROUTER)) {
            throw new LauncherException("restart: \"" + process + "\" (expected: router)");
        }
        DataFolder data = place.data();
        if (RunState.read(data).flatMap(RunState::process).isEmpty()) {
            throw new LauncherException("Carrel does not run for " + data.root() + " (start it: carrel up)");
        }
        try {
            new Terminal(spec.commandLine().getOut()).say(Requests.send(data, Requests.RESTART_ROUTER));
            return 0;
        } catch (IOException e) {
            throw new LauncherException(
                    "the supervisor of " + data.root() + " does not answer: " + e.getMessage() + " (logs: "
                            + data.logs() + ")",
                    e);
        }
    }
}
