/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import dev.carrel.engine.administration.LocalAdministration;
import dev.carrel.protocol.name.UserName;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** API tokens. */
@Command(
        name = "token",
        mixinStandardHelpOptions = true,
        description = "Make API tokens.",
        subcommands = TokenCommand.Create.class,
        footer = {"", "Example:", "  TOKEN=$(carrel token create ada --scope access:servers!user --expires 30d)"})
final class TokenCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    /** Set by picocli before use. */
    @SuppressWarnings("NullAway.Init")
    TokenCommand() {}

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    @Command(
            name = "create",
            mixinStandardHelpOptions = true,
            description = "Make a token for an account and print it, and nothing else. It cannot be shown again.")
    static final class Create extends UserCommand.OnDatabase {
        @Parameters(paramLabel = "USER")
        private String user = "";

        @Option(
                names = "--scope",
                paramLabel = "SCOPE",
                description =
                        "What it may do, in JupyterHub's spelling; may be given several times (default: inherit, all that USER may).")
        private List<String> scopes = new ArrayList<>();

        @Option(names = "--expires", paramLabel = "TIME", description = "When it ends: 90m, 12h, 30d (default: never).")
        private @Nullable String expires;

        @Option(names = "--note", paramLabel = "TEXT", description = "What it is for.")
        private String note = "Made on the command line";

        @Override
        void work(LocalAdministration administration, PrintWriter out) {
            out.println(administration.token(
                    UserName.of(user),
                    scopes,
                    note,
                    Optional.ofNullable(expires).map(Create::time)));
        }

        private static Duration time(String text) {
            if (!text.matches("\\d{1,6}[smhd]")) {
                throw new LauncherException("--expires: \"" + text + "\" (expected: a time as 90m, 12h or 30d)");
            }
            long amount = Long.parseLong(text.substring(0, text.length() - 1));
            return switch (text.charAt(text.length() - 1)) {
                case 's' -> Duration.ofSeconds(amount);
                case 'm' -> Duration.ofMinutes(amount);
                case 'h' -> Duration.ofHours(amount);
                default -> Duration.ofDays(amount);
            };
        }
    }
}
