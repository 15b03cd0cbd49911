/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import dev.carrel.chassis.site.DataFolder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Runs commands that work on the database. The database belongs to the service user, so root runs them again as that user: nothing of root's must
 * ever lie beside it.
 */
final class Administration {
    private static final String CONFINED = "CARREL_CONFINED";

    private Administration() {}

    /** When we are root: the exit status of this same command run as the service user. Empty when it is to be done here. */
    static Optional<Integer> again(CommandSpec spec, DataFolder data) {
        requireSetUp(data);
        if (confined()) {
            return Optional.empty();
        }
        List<String> arguments = new ArrayList<>();
        List<String> original = spec.root().commandLine().getParseResult().originalArgs();
        for (int i = 0; i < original.size(); i++) {
            if (original.get(i).equals("--data")) {
                i++;
            } else if (!original.get(i).startsWith("--data=")) {
                arguments.add(original.get(i));
            }
        }
        return Optional.of(run(data, arguments.toArray(String[]::new)));
    }

    /** Refuses a folder that no {@code setup} has made. */
    static void requireSetUp(DataFolder data) {
        if (!Files.isDirectory(data.engine())) {
            throw new LauncherException(
                    data.root() + " is no data folder of Carrel yet (run: carrel setup --data " + data.root() + ")");
        }
    }

    /** Whether we may touch the database: we are not root, so it is ours or out of our reach. */
    static boolean confined() {
        return !Privileges.root() || System.getenv(CONFINED) != null;
    }

    /** Runs a command of the launcher as the service user, with our own input and output. */
    static int run(DataFolder data, String... arguments) {
        return run(data, Redirects.NONE, arguments);
    }

    /** Runs a command of the launcher as the service user. */
    static int run(DataFolder data, Redirects redirects, String... arguments) {
        try {
            return redirects.on(builder(data, arguments).inheritIO()).start().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException("running " + arguments[0] + " as " + Privileges.SERVICE_USER, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LauncherException("interrupted", e);
        }
    }

    /** Runs a command of the launcher as the service user and hands on the lines it prints. */
    static int run(DataFolder data, Consumer<String> line, String... arguments) {
        try {
            Process process = builder(data, arguments)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .redirectInput(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (BufferedReader reader =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                reader.lines().forEach(line);
            }
            return process.waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException("running " + arguments[0] + " as " + Privileges.SERVICE_USER, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LauncherException("interrupted", e);
        }
    }

    private static ProcessBuilder builder(DataFolder data, String... arguments) {
        ProcessBuilder builder = new ProcessBuilder(Privileges.confined(JavaCommand.launcher(arguments), data, false));
        builder.environment().put("CARREL_DATA", data.root().toString());
        builder.environment().put(CONFINED, "1");
        return builder;
    }

    /** The password on standard input: its first line. */
    @SuppressWarnings("SystemConsoleNull") // what the compiler says is never null, NullAway says may be
    static String password(boolean fromStdin) {
        if (!fromStdin) {
            java.io.Console console = System.console();
            if (console == null || !console.isTerminal()) {
                throw new LauncherException("no password was given (pipe it in and add --password-stdin)");
            }
            char[] typed = console.readPassword("Password: ");
            char[] again = console.readPassword("Again: ");
            if (typed == null || again == null || !new String(typed).equals(new String(again))) {
                throw new LauncherException("the two passwords differ; nothing was changed");
            }
            return new String(typed);
        }
        try {
            String line = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
            if (line == null || line.isEmpty()) {
                throw new LauncherException("no password on standard input");
            }
            return line;
        } catch (IOException e) {
            throw new UncheckedIOException("reading standard input", e);
        }
    }
}
