/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import dev.carrel.chassis.boot.Boot;
import dev.carrel.chassis.boot.ProcessSpec;
import dev.carrel.chassis.site.DataFolder;
import dev.carrel.engine.EngineProcess;
import dev.carrel.manager.ManagerProcess;
import dev.carrel.router.RouterProcess;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Runs one of the three processes in the foreground until SIGTERM: for systemd and for the supervisor. */
abstract class ProcessCommand implements Callable<Integer> {
    @Mixin
    private final Place place = new Place();

    /**
     * The command that runs a process alone. A process that starts needs no other command's options, and reading them all takes as long as a
     * quarter of the router's start.
     */
    static Optional<Callable<Integer>> named(String name, String... arguments) {
        return switch (name) {
            case "engine" -> Optional.of(new Engine());
            case "router" -> Optional.of(RouterCommand.ofInstallation(arguments) ? new Router() : new RouterCommand());
            case "manager" -> Optional.of(new Manager());
            default -> Optional.empty();
        };
    }

    abstract ProcessSpec spec(DataFolder data) throws IOException;

    @Override
    public Integer call() throws IOException {
        return run(place.data());
    }

    int run(DataFolder data) throws IOException {
        return Boot.run(spec(data), data, System.getenv());
    }

    @Command(
            name = "engine",
            mixinStandardHelpOptions = true,
            description = "Run the engine alone, in the foreground. Run carrel setup first. Needs no privileges.")
    static final class Engine extends ProcessCommand {
        @Override
        ProcessSpec spec(DataFolder data) {
            return EngineProcess.spec();
        }
    }

    @Command(
            name = "router",
            mixinStandardHelpOptions = true,
            description =
                    "Run the router of an installation alone, in the foreground. Run carrel setup first. Needs no privileges.")
    static final class Router extends ProcessCommand {
        @Override
        ProcessSpec spec(DataFolder data) {
            return RouterProcess.spec();
        }

        @Override
        int run(DataFolder data) {
            return RouterProcess.run(data, System.getenv());
        }
    }

    @Command(
            name = "manager",
            mixinStandardHelpOptions = true,
            description =
                    "Run the container-manager alone, in the foreground. Run carrel setup first. Needs the Docker socket, and root "
                            + "for the host firewall.")
    static final class Manager extends ProcessCommand {
        @Override
        ProcessSpec spec(DataFolder data) throws IOException {
            return ManagerProcess.spec(data);
        }
    }
}
