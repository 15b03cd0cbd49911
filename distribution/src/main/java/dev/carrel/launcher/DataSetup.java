/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import dev.carrel.chassis.site.DataFolder;
import dev.carrel.manager.ManagerProcess;
import dev.carrel.manager.Pairing;
import dev.carrel.protocol.signed.SigningKeys;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Lays out a data folder: sub-folders with their owners and modes, keys, install id, the manager's policy. What is there already is kept; modes
 * are put right.
 */
final class DataSetup {
    private final DataFolder data;

    DataSetup(DataFolder data) {
        this.data = data;
    }

    void run() {
        try {
            folder(data.root(), "rwxr-xr-x", false);
            folder(data.root().resolve("etc"), "rwxr-xr-x", false);
            folder(data.run(), "rwxr-xr-x", false);
            folder(data.homes(), "rwx--x--x", false);
            folder(data.manager(), "rwx------", false);
            folder(data.managerClients(), "rwx------", false);
            folder(data.plugins(), "rwxr-xr-x", false);
            folder(data.logs(), "rwxr-x---", true);
            folder(data.root().resolve("keys"), "rwx------", true);
            folder(data.engine(), "rwx------", true);
            folder(data.router(), "rwx------", true);
            data.installId();
            SigningKeys.readOrCreate(data.signingKey());
            Pairing.pair(data);
            Privileges.give(data.signingKey());
            Privileges.give(data.engineCurveKey());
            Privileges.give(data.pinnedManagerKey());
            example(data.policyFile(), defaultPolicy());
            example(data.settingsFile(), EMPTY_SETTINGS);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "data folder " + data.root() + " cannot be prepared: " + e.getMessage()
                            + " (choose another with --data, or run as its owner)",
                    e);
        }
    }

    private static void folder(Path path, String mode, boolean service) throws IOException {
        if (Files.isSymbolicLink(path)) {
            path = path.toRealPath();
        }
        Files.createDirectories(path);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
        if (service) {
            Privileges.give(path);
        }
    }

    private static void example(Path file, String text) throws IOException {
        if (!Files.exists(file)) {
            Path temporary = file.resolveSibling(file.getFileName() + ".new");
            Files.writeString(temporary, text);
            Files.move(temporary, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private static String defaultPolicy() throws IOException {
        try (InputStream in = ManagerProcess.class.getResourceAsStream("default-manager-policy.yaml")) {
            if (in == null) {
                throw new IOException("the default policy is missing from the program (install Carrel again)");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static final String EMPTY_SETTINGS = """
            # Settings of this Carrel installation. Every key has a default; `carrel settings` prints what is in force and
            # `carrel settings --reference` explains them all. Example:
            #
            # site:
            #   port: 8000
            #   public-url: https://lab.example.org
            """;
}
