/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import dev.carrel.chassis.site.DataFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Who we are and whom engine and router run as. */
final class Privileges {
    /** The unprivileged system user of engine and router when the launcher is root. */
    static final String SERVICE_USER = "carrel";

    private static final boolean ROOT = "root".equals(System.getProperty("user.name"));

    private Privileges() {}

    /** Whether we are root. */
    static boolean root() {
        return ROOT;
    }

    /**
     * The command that runs {@code command} as the service user when we are root, else unchanged.
     *
     * @param lowPorts whether it may open ports below 1024
     */
    static List<String> confined(List<String> command, DataFolder data, boolean lowPorts) {
        if (!ROOT) {
            return command;
        }
        List<String> all = new ArrayList<>();
        all.add(Place.script("libexec/run-as").toString());
        if (lowPorts) {
            all.add("--low-ports");
        }
        all.addAll(List.of(
                SERVICE_USER, Place.home().toString(), data.root().toString(), System.getProperty("java.home"), "--"));
        all.addAll(command);
        return all;
    }

    /** Gives a path to the service user when we are root; else it is ours already. */
    static void give(Path path) {
        if (ROOT) {
            try {
                var user = path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(SERVICE_USER);
                var group =
                        path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(SERVICE_USER);
                Files.setOwner(path, user);
                Files.getFileAttributeView(path, java.nio.file.attribute.PosixFileAttributeView.class)
                        .setGroup(group);
            } catch (IOException e) {
                throw new UncheckedIOException("giving " + path + " to the user " + SERVICE_USER, e);
            }
        }
    }

    /** Whether the service user exists. */
    static boolean serviceUserExists() {
        try {
            Process id = new ProcessBuilder("id", "-u", SERVICE_USER)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return id.waitFor(10, TimeUnit.SECONDS) && id.exitValue() == 0;
        } catch (IOException e) {
            throw new UncheckedIOException("running id", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LauncherException("interrupted", e);
        }
    }
}
