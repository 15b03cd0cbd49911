/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import dev.carrel.chassis.log.LogSettings;
import dev.carrel.chassis.log.LogSetup;
import dev.carrel.chassis.settings.DataSize;
import dev.carrel.chassis.site.DataFolder;
import dev.carrel.chassis.site.ProcessName;
import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.engine.administration.FirstAdministrator;
import dev.carrel.engine.administration.FirstLinkRequest;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prepares, starts, supervises. */
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        description =
                "Prepare this machine if need be, start Carrel, and say where to sign in. In the foreground until Ctrl-C, or with "
                        + "--detach in the background until carrel down.",
        footer = {"", "Examples:", "  carrel up", "  carrel up --detach --port 9000 --data /srv/lab"})
final class UpCommand implements Callable<Integer> {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    /** The engine answers before it is ready. */
    private static final long ANSWER_MILLIS = 2000;
    /** What the foreground half says to the background half when the machine is prepared. */
    private static final int GO = '!';

    @Mixin
    private final Place place = new Place();

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "The public port (default: site.port of the settings, 8000).")
    private @Nullable Integer port;

    @Option(names = "--detach", description = "Return when all is ready; Carrel runs on in the background.")
    private boolean detach;

    @Option(
            names = "--admin",
            paramLabel = "NAME",
            defaultValue = "admin",
            description =
                    "Who gets the one-time sign-in link when there is no administrator yet (default: ${DEFAULT-VALUE}).")
    private String admin = "admin";

    @Option(names = "--supervise", hidden = true, description = "The background half of --detach.")
    private boolean supervise;

    @Spec
    private CommandSpec spec;

    /** Set by picocli before use. */
    @SuppressWarnings("NullAway.Init")
    UpCommand() {}

    @Override
    public Integer call() throws Exception {
        DataFolder data = place.data();
        Map<String, String> environment = port == null ? Map.of() : Map.of("CARREL_SITE_PORT", port.toString());
        Terminal terminal = new Terminal(spec.commandLine().getOut());
        if (supervise) {
            return System.in.read() == GO ? supervise(data, environment, null) : 1;
        }
        Optional<ProcessHandle> running = RunState.read(data).flatMap(RunState::process);
        if (running.isPresent()) {
            return alreadyRuns(running.get(), terminal);
        }
        return detach ? detach(data, environment, terminal) : foreground(data, environment, terminal);
    }

    private int foreground(DataFolder data, Map<String, String> environment, Terminal terminal) throws Exception {
        prepare(data, environment, terminal);
        return supervise(data, environment, terminal);
    }

    private SiteSettings prepare(DataFolder data, Map<String, String> environment, Terminal terminal)
            throws IOException {
        new Preparation(data, terminal).run();
        if (!FirstAdministrator.known(data)) {
            FirstLinkRequest.ask(data, admin);
        }
        SiteSettings site = site(data, environment);
        Preparation.checkPorts(PublicPorts.of(data, environment));
        return site;
    }

    private static SiteSettings site(DataFolder data, Map<String, String> environment) {
        Map<String, String> all = new HashMap<>(System.getenv());
        all.putAll(environment);
        return Place.settings(data, all).section(SiteSettings.class);
    }

    private int alreadyRuns(ProcessHandle process, Terminal terminal) {
        SiteSettings site = place.site();
        boolean ready = Arrays.stream(ProcessName.values())
                .allMatch(n -> Probe.of(n, site).state() == Probe.State.READY);
        if (port != null && port != site.port()) {
            throw new LauncherException("Carrel already runs for "
                    + place.data().root() + " on port " + site.port() + " (stop it first: carrel down)");
        }
        terminal.say("Carrel already runs at " + site.baseUrl() + " (pid " + process.pid() + ")"
                + (ready ? "" : ", but is not ready: see carrel status"));
        if (ready) {
            FirstAdministratorCommand.link(place.data(), admin).ifPresent(path -> invite(site, terminal, path));
        }
        return ready ? 0 : 1;
    }

    /** The supervisor itself; {@code terminal} is null in the background. */
    private int supervise(DataFolder data, Map<String, String> environment, @Nullable Terminal terminal)
            throws Exception {
        LogSetup.apply(
                new LogSettings(
                        LogSettings.Format.LINE, LogSettings.Level.INFO, false, true, DataSize.parse("5MiB"), 3),
                data.logs(),
                "launcher");
        SiteSettings site = site(data, environment);
        try (Supervisor supervisor = new Supervisor(data, site, environment)) {
            Runtime.getRuntime().addShutdownHook(new Thread(supervisor::close, "stop"));
            try {
                supervisor.start(LIMIT);
            } catch (LauncherException e) {
                LoggerFactory.getLogger(UpCommand.class).error("{}", e.getMessage());
                throw e;
            }
            if (terminal != null) {
                welcome(data, site, terminal);
                terminal.say("Press Ctrl-C to stop. Sessions that run are kept.");
            }
            StartCache.makeInBackground(data);
            supervisor.awaitStop();
            return 0;
        }
    }

    /** Has the background half start while this half prepares the machine: two JVMs one after the other are a second. */
    private int detach(DataFolder data, Map<String, String> environment, Terminal terminal)
            throws IOException, InterruptedException {
        boolean kept = Files.isDirectory(data.logs());
        Path output = kept ? data.logs().resolve("launcher.out") : Files.createTempFile("carrel-up", ".out");
        Process process = background(data, output);
        try {
            SiteSettings site = prepare(data, environment, terminal);
            if (!process.isAlive()) {
                throw new LauncherException(
                        "Carrel did not start:\n" + Files.readString(output).strip());
            }
            try (OutputStream go = process.getOutputStream()) {
                go.write(GO);
            }
            awaitReady(process, data, output);
            welcome(data, site, terminal);
            return 0;
        } finally {
            // Without the word it ends by itself.
            process.getOutputStream().close();
            if (!kept) {
                Files.delete(output);
            }
        }
    }

    private Process background(DataFolder data, Path output) throws IOException {
        List<String> arguments = new ArrayList<>(
                List.of("up", "--supervise", "--data", data.root().toString()));
        if (port != null) {
            arguments.add("--port");
            arguments.add(port.toString());
        }
        List<String> command = new ArrayList<>(List.of("setsid"));
        command.addAll(JavaCommand.launcher(arguments.toArray(String[]::new)));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }

    /** The background half asks the three processes; this half only looks for its word. */
    private static void awaitReady(Process process, DataFolder data, Path output)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + LIMIT.plusSeconds(20).toNanos();
        while (RunState.read(data)
                .filter(state -> state.pid() == process.pid() && state.ready())
                .isEmpty()) {
            if (process.waitFor(50, TimeUnit.MILLISECONDS)) {
                throw new LauncherException(
                        "Carrel did not start:\n" + Files.readString(output).strip());
            }
            if (System.nanoTime() > end) {
                process.destroy();
                throw new LauncherException("Carrel did not become ready in time (logs: " + data.logs() + ")");
            }
        }
    }

    private void welcome(DataFolder data, SiteSettings site, Terminal terminal)
            throws IOException, InterruptedException {
        terminal.say("");
        terminal.say("Carrel is ready at " + site.baseUrl());
        if (!FirstAdministrator.known(data)) {
            Optional<String> made = FirstLinkRequest.take(data, ANSWER_MILLIS);
            (made.isPresent() ? made.filter(path -> !path.isEmpty()) : FirstAdministratorCommand.link(data, admin))
                    .ifPresent(path -> invite(site, terminal, path));
        }
    }

    private void invite(SiteSettings site, Terminal terminal, String path) {
        terminal.say("");
        terminal.say("There is no administrator yet. This link signs \"" + admin + "\" in, once, within 24 hours:");
        terminal.say("  " + site.baseUrl() + path);
        terminal.say("");
    }
}
