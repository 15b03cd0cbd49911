/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prepares machine and data folder without starting anything. */
@Command(
        name = "setup",
        mixinStandardHelpOptions = true,
        description =
                "Prepare this machine and the data folder: Docker engine, service user, keys, session image. As root on Debian or "
                        + "Ubuntu it installs what is missing; otherwise it prints the exact commands. carrel up runs it first.")
final class SetupCommand implements Callable<Integer> {
    @Mixin
    private final Place place = new Place();

    @Option(
            names = "--data-only",
            description = "Lay out the data folder and make its keys; leave the machine as it is.")
    private boolean dataOnly;

    @Spec
    private CommandSpec spec;

    /** Set by picocli before use. */
    @SuppressWarnings("NullAway.Init")
    SetupCommand() {}

    @Override
    public Integer call() {
        Terminal terminal = new Terminal(spec.commandLine().getOut());
        if (dataOnly) {
            new DataSetup(place.data()).run();
        } else {
            new Preparation(place.data(), terminal).run();
            StartCache.make(terminal);
        }
        terminal.say("Ready: " + place.data().root());
        return 0;
    }
}
