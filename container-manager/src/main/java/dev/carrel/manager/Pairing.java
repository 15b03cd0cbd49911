/* Copyright the Carrel authors. */
package dev.carrel.manager;

import dev.carrel.chassis.site.DataFolder;
import dev.carrel.protocol.key.CurveKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/** Makes engine and manager known to each other: a key pair each, and each one's public key in the other's folder. */
public final class Pairing {
    private Pairing() {}

    /**
     * Creates what is missing; what is there stays. Called by the launcher's setup before either process runs, as a user who may write both
     * folders; who owns the files afterwards is the caller's business.
     *
     * @throws IOException when a public key cannot be written
     * @throws dev.carrel.protocol.key.UncheckedKeyException when a secret key is lax or unreadable
     */
    public static void pair(DataFolder data) throws IOException {
        CurveKeys manager = CurveKeys.readOrCreate(data.managerCurveKey());
        CurveKeys engine = CurveKeys.readOrCreate(data.engineCurveKey());
        pin(data.pinnedManagerKey(), manager.publicKey());
        pin(data.managerClients().resolve("engine.pub"), engine.publicKey());
    }

    private static void pin(Path file, String key) throws IOException {
        if (Files.exists(file)
                && Files.readString(file, StandardCharsets.US_ASCII).strip().equals(key)) {
            return;
        }
        Path folder = file.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        Path temporary = Files.createTempFile(folder, ".pin", ".new");
        try {
            Files.writeString(temporary, key + "\n", StandardCharsets.US_ASCII);
            Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rw-r--r--"));
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }
}
