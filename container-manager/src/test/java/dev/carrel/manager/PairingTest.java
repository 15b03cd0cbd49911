/* Copyright the Carrel authors. */
package dev.carrel.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.chassis.site.DataFolder;
import dev.carrel.protocol.key.CurveKeys;
import dev.carrel.protocol.key.UncheckedKeyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** After pairing each side knows the other's key, and nobody else does. */
class PairingTest {
    @TempDir
    private Path folder;

    @Test
    void eachSidePinsTheOther() throws Exception {
        DataFolder data = new DataFolder(folder);

        Pairing.pair(data);

        assertThat(CurveKeys.readPublic(data.pinnedManagerKey()))
                .isEqualTo(CurveKeys.readOrCreate(data.managerCurveKey()).publicKey());
        assertThat(CurveKeys.readPublic(data.managerClients().resolve("engine.pub")))
                .isEqualTo(CurveKeys.readOrCreate(data.engineCurveKey()).publicKey());
        assertThat(Files.getPosixFilePermissions(data.managerCurveKey()))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(Files.getPosixFilePermissions(data.engineCurveKey()))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void pairingAgainChangesNothingAndMendsALostPin() throws Exception {
        DataFolder data = new DataFolder(folder);
        Pairing.pair(data);
        String key = CurveKeys.readPublic(data.pinnedManagerKey());
        Files.writeString(data.managerClients().resolve("engine.pub"), "x".repeat(40));
        Files.delete(data.pinnedManagerKey());

        Pairing.pair(data);

        assertThat(CurveKeys.readPublic(data.pinnedManagerKey())).isEqualTo(key);
        assertThat(CurveKeys.readPublic(data.managerClients().resolve("engine.pub")))
                .isEqualTo(CurveKeys.readOrCreate(data.engineCurveKey()).publicKey());
    }

    @Test
    void aKeyThatOthersMayReadIsRefused() throws Exception {
        DataFolder data = new DataFolder(folder);
        Pairing.pair(data);
        Files.setPosixFilePermissions(data.managerCurveKey(), PosixFilePermissions.fromString("rw-r-----"));

        assertThatThrownBy(() -> Pairing.pair(data))
                .isInstanceOf(UncheckedKeyException.class)
                .hasMessageContaining("chmod 600");
    }
}
