/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The checkout's script answers {@code carrel test} before it gets here. */
@Command(
        name = "test",
        mixinStandardHelpOptions = true,
        description = "Build everything and run every test; works in a checkout of the sources.")
final class TestCommand implements Callable<Integer> {
    @Parameters(hidden = true, arity = "0..*")
    private List<String> ignored = List.of();

    @Override
    public Integer call() {
        throw new LauncherException(
                "this is an installed Carrel without its sources" + (ignored.isEmpty() ? "" : " " + ignored)
                        + " (run carrel test in a checkout; here, carrel doctor checks the installation)");
    }
}
