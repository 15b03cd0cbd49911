/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import dev.carrel.chassis.boot.Boot;
import dev.carrel.chassis.settings.SettingsException;
import dev.carrel.chassis.site.DataFolder;
import dev.carrel.protocol.signed.SigningKeys;
import dev.carrel.router.RouterProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The router in the place of configurable-http-proxy: the same options, the same REST API, no engine. In the foreground, in this very process, until
 * SIGTERM.
 */
@Command(
        name = "router",
        mixinStandardHelpOptions = true,
        description = {
            "Run the router alone, in the foreground, until SIGTERM.",
            "",
            "With no option but --data it is the router of that installation (run carrel setup first). With any other it stands in the place of "
                    + "configurable-http-proxy and takes its options, so that a stock JupyterHub may call it:",
            "  c.ConfigurableHTTPProxy.command = ['carrel', 'router', '--data', '/srv/jupyterhub/router']",
            "",
            "The REST API wants \"Authorization: token T\", T being the environment variable CONFIGPROXY_AUTH_TOKEN. Without that variable it refuses everybody.",
            ""
        })
final class RouterCommand implements Callable<Integer> {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            description =
                    "Carrel's own: the folder where routes are kept over restarts (default: none; routes then last as long as the process, as in the original).")
    private @Nullable Path data;

    @Option(names = "--pid-file", paramLabel = "FILE", description = "Write the process id there; removed at the end.")
    private @Nullable Path pidFile;

    @Mixin
    private final RouterOptions options = new RouterOptions();

    @Mixin
    private final RouterTlsOptions tls = new RouterTlsOptions();

    @Mixin
    private final RefusedRouterOptions refused = new RefusedRouterOptions();

    @Spec
    private CommandSpec spec;

    /** Set by picocli before use. */
    @SuppressWarnings("NullAway.Init")
    RouterCommand() {}

    /** Whether these arguments are those of an installation's own router, which needs none of the options. */
    static boolean ofInstallation(String... arguments) {
        return arguments.length == 0
                || arguments.length == 1 && arguments[0].startsWith("--data=")
                || arguments.length == 2 && arguments[0].equals("--data");
    }

    @Override
    public Integer call() throws IOException {
        refused.check();
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.putAll(options.settings());
        environment.putAll(tls.settings(options.port()));
        rename(environment, "CONFIGPROXY_SSL_KEY_PASSPHRASE", "CARREL_TLS_KEY_PASSWORD");
        rename(environment, "CONFIGPROXY_API_SSL_KEY_PASSPHRASE", "CARREL_PROXY_API_SSL_KEY_PASSPHRASE");
        if (environment.getOrDefault("CONFIGPROXY_AUTH_TOKEN", "").isEmpty()) {
            spec.commandLine()
                    .getErr()
                    .println("carrel router: CONFIGPROXY_AUTH_TOKEN is not set, so the REST API refuses everybody "
                            + "(to do: set it to a secret, and give the hub the same one)");
        }
        if (pidFile != null) {
            writePid(pidFile);
        }
        if (data != null) {
            return run(new DataFolder(data), environment);
        }
        try (TemporaryData temporary = TemporaryData.make()) {
            return run(temporary.folder(), environment);
        }
    }

    private static void rename(Map<String, String> environment, String theirs, String ours) {
        String value = environment.getOrDefault(theirs, "");
        if (!value.isEmpty()) {
            environment.put(ours, value);
        }
    }

    private static int run(DataFolder folder, Map<String, String> environment) {
        try {
            SigningKeys.readOrCreate(folder.signingKey());
        } catch (UncheckedIOException e) {
            throw new LauncherException(
                    "--data " + folder.root() + ": cannot be written (expected: a folder of this user's): "
                            + e.getMessage(),
                    e);
        }
        try {
            Boot.settings(folder, RouterProcess.spec().sections(), environment);
        } catch (SettingsException e) {
            throw new LauncherException(RouterOptions.inOptions(String.valueOf(e.getMessage())), e);
        }
        return RouterProcess.runStandAlone(folder, environment);
    }

    private static void writePid(Path file) {
        try {
            Files.writeString(file, Long.toString(ProcessHandle.current().pid()));
        } catch (IOException e) {
            throw new LauncherException(
                    "--pid-file " + file + ": cannot be written (expected: a file in a folder of this user's): " + e,
                    e);
        }
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            try {
                                Files.deleteIfExists(file);
                            } catch (IOException e) {
                                System.err.println("carrel router: " + file + " could not be removed: " + e);
                            }
                        },
                        "pid-file"));
    }
}
