/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import dev.carrel.chassis.boot.Boot;
import dev.carrel.chassis.settings.Settings;
import dev.carrel.chassis.site.DataFolder;
import dev.carrel.chassis.site.SiteSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that every command takes, and where things lie. */
final class Place {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            description =
                    "The folder under which all state of an installation lies (default: $CARREL_DATA, else data/ in a checkout, "
                            + "else /var/lib/carrel).")
    private @Nullable Path data;

    /** The installation's data folder. */
    DataFolder data() {
        return new DataFolder(data != null ? data : defaultData());
    }

    private static Path defaultData() {
        String named = System.getenv("CARREL_DATA");
        if (named != null && !named.isEmpty()) {
            return Path.of(named);
        }
        if (Privileges.root()) {
            return Path.of("/var/lib/carrel");
        }
        String state = System.getenv("XDG_STATE_HOME");
        return state != null && !state.isEmpty()
                ? Path.of(state, "carrel")
                : Path.of(System.getProperty("user.home"), ".local", "state", "carrel");
    }

    /** The folder of the program: bin, lib, libexec, images. */
    static Path home() {
        String home = System.getProperty("carrel.home");
        if (home == null) {
            throw new LauncherException("carrel.home is not set (start it with bin/carrel)");
        }
        return Path.of(home).toAbsolutePath().normalize();
    }

    /** A script that comes with the program. */
    static Path script(String name) {
        Path script = home().resolve(name);
        if (!Files.isExecutable(script)) {
            throw new LauncherException(
                    script + " is missing or not executable (the installation is incomplete: install it again)");
        }
        return script;
    }

    /** Where an existing installation listens: what runs knows best, then the settings. */
    SiteSettings site() {
        DataFolder folder = data();
        Map<String, String> environment = new HashMap<>(System.getenv());
        RunState.read(folder).ifPresent(state -> environment.putAll(state.environment()));
        return settings(folder, environment).section(SiteSettings.class);
    }

    static Settings settings(DataFolder folder, Map<String, String> environment) {
        return Boot.settings(folder, List.of(), environment);
    }
}
