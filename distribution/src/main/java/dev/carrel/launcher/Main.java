/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import dev.carrel.chassis.settings.SettingsException;
import dev.carrel.engine.signin.Refusal;
import dev.carrel.engine.store.StoreException;
import dev.carrel.protocol.key.UncheckedKeyException;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command line. Exit status: 0 done, 1 could not be done, 2 wrong usage. */
@Command(
        name = "carrel",
        description = "A private study room in the browser for every person.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        subcommands = {
            UpCommand.class,
            DownCommand.class,
            RestartCommand.class,
            StatusCommand.class,
            SetupCommand.class,
            DoctorCommand.class,
            TestCommand.class,
            UserCommand.class,
            TokenCommand.class,
            FunctionCommand.class,
            PluginCommand.class,
            DbCommand.class,
            SettingsCommand.class,
            ProcessCommand.Engine.class,
            RouterCommand.class,
            ProcessCommand.Manager.class,
            FirstAdministratorCommand.class,
            StopSessions.class,
            AutoComplete.GenerateCompletion.class,
            CommandLine.HelpCommand.class,
        },
        footer = {
            "",
            "Examples:",
            "  carrel up                                        prepare, start, and say where to sign in",
            "  carrel up --detach --port 9000 --data /srv/lab   a second installation beside the first",
            "  carrel status --json                             for scripts; exit status 0 when all is ready",
            "  echo 'a long pass phrase' | carrel user add ada --password-stdin",
            "  carrel token create ada --scope access:servers!user --expires 30d",
            "  carrel doctor                                    what is wrong, and what to do",
            "  source <(carrel generate-completion)             completion for bash and zsh",
        })
final class Main implements Runnable {
    @Spec
    private CommandSpec spec;

    /** Set by picocli before use. */
    @SuppressWarnings("NullAway.Init")
    Main() {}

    public static void main(String[] args) {
        Optional<Callable<Integer>> process = args.length == 0
                ? Optional.empty()
                : ProcessCommand.named(args[0], Arrays.copyOfRange(args, 1, args.length));
        System.exit(process.map(command -> configured(new CommandLine(command))
                        .setCommandName("carrel " + args[0])
                        .execute(Arrays.copyOfRange(args, 1, args.length)))
                .orElseGet(() -> commandLine().execute(args)));
    }

    static CommandLine commandLine() {
        return configured(new CommandLine(new Main()));
    }

    private static CommandLine configured(CommandLine line) {
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionExceptionHandler((exception, command, _) -> {
            switch (exception) {
                case LauncherException e -> command.getErr().println("carrel: " + e.getMessage());
                case SettingsException e -> command.getErr().println("carrel: " + e.getMessage());
                case UncheckedKeyException e -> command.getErr().println("carrel: " + e.getMessage());
                case Refusal e -> command.getErr().println("carrel: " + e.text());
                case StoreException e -> command.getErr().println("carrel: " + e.getMessage());
                case IllegalArgumentException e -> command.getErr().println("carrel: " + e.getMessage());
                default -> {
                    command.getErr().println("carrel: unexpected failure, please report it:");
                    exception.printStackTrace(command.getErr());
                }
            }
            return 1;
        });
        return line;
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /** The version of the distribution's own jar. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {
                "carrel " + (version == null ? "of an unpackaged build" : version), "java " + Runtime.version()
            };
        }
    }
}
