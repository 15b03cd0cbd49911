/* Copyright the Carrel authors. */
package dev.carrel.chassis.site;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;

/**
 * The one folder under which all state of an installation lies; see docs/architecture.md for its layout.
 *
 * @param root absolute and normal
 */
public record DataFolder(Path root) {
    /** Makes the path absolute. */
    public DataFolder {
        root = root.toAbsolutePath().normalize();
    }

    /** Settings of router, engine, logging. */
    public Path settingsFile() {
        return root.resolve("etc/carrel.yaml");
    }

    /** What the manager may start. */
    public Path policyFile() {
        return root.resolve("etc/manager-policy.yaml");
    }

    /** Master of every signed value. */
    public Path signingKey() {
        return root.resolve("keys/signing.key");
    }

    /** What is had from a certificate authority by ACME: the router's account, its certificate and their keys. */
    public Path acme() {
        return root.resolve("keys/acme");
    }

    /** The certificate had by ACME, with its intermediates and its key, in one file. */
    public Path acmeCertificate() {
        return acme().resolve("certificate.pem");
    }

    /** The engine's own folder. */
    public Path engine() {
        return root.resolve("engine");
    }

    /** The router's own folder. */
    public Path router() {
        return root.resolve("router");
    }

    /** The manager's own folder. */
    public Path manager() {
        return root.resolve("manager");
    }

    /** The engine's CURVE key pair. */
    public Path engineCurveKey() {
        return engine().resolve("curve.key");
    }

    /** The manager's public key, pinned by the engine. */
    public Path pinnedManagerKey() {
        return engine().resolve("manager.pub");
    }

    /** The manager's CURVE key pair. */
    public Path managerCurveKey() {
        return manager().resolve("curve.key");
    }

    /** The folder of public keys that may send commands to the manager. */
    public Path managerClients() {
        return manager().resolve("clients");
    }

    /** The database. */
    public Path database() {
        return engine().resolve("carrel.db");
    }

    /** What functions printed here. */
    public Path functionLogs() {
        return engine().resolve("functions");
    }

    /** People's homes. */
    public Path homes() {
        return root.resolve("homes");
    }

    /** Log files. */
    public Path logs() {
        return root.resolve("logs");
    }

    /** Process ids and ports of what runs. */
    public Path run() {
        return root.resolve("run");
    }

    /** The folder of plugin jars. */
    public Path plugins() {
        return root.resolve("plugins");
    }

    /** The install id, created on first use; two creators at once get the same one. */
    public String installId() {
        Path file = root.resolve("install-id");
        try {
            if (!Files.exists(file)) {
                create(file);
            }
            String id = Files.readString(file).strip();
            if (!id.matches("[a-z2-7]{8}")) {
                throw new IllegalStateException(
                        file + ": \"" + id + "\" (expected: 8 characters of a-z2-7; restore it from a backup: "
                                + "it marks every container of this installation)");
            }
            return id;
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read or created (run: carrel setup)", e);
        }
    }

    private static void create(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        SecureRandom random = new SecureRandom();
        StringBuilder id = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            id.append("abcdefghijklmnopqrstuvwxyz234567".charAt(random.nextInt(32)));
        }
        Path temporary = Files.createTempFile(file.getParent(), ".install-id", ".new");
        try {
            Files.writeString(temporary, id + "\n");
            Files.setPosixFilePermissions(
                    temporary, java.nio.file.attribute.PosixFilePermissions.fromString("rw-r--r--"));
            Files.createLink(file, temporary);
        } catch (FileAlreadyExistsException | NoSuchFileException e) {
            if (!Files.exists(file)) {
                throw e;
            }
        } finally {
            Files.deleteIfExists(temporary);
        }
    }
}
