/* Copyright the Carrel authors. */
package dev.carrel.manager.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.manager.policy.AllowedImage;
import dev.carrel.manager.policy.PolicyFile;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.FailureCode;
import dev.carrel.protocol.name.VolumeId;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A home is a folder of its own, made once and never followed elsewhere. */
class HomesTest {
    @TempDir
    private Path folder;

    private final VolumeId volume = VolumeId.random();

    private Path root() {
        return folder.resolve("data/homes");
    }

    /** An image whose user is the one who runs this test, or 1000 for root. */
    private AllowedImage image() throws Exception {
        int uid = (Integer) Files.getAttribute(folder, "unix:uid");
        String user = uid == 0 ? "1000:1000" : uid + ":" + Files.getAttribute(folder, "unix:gid");
        return PolicyFile.parse(Path.of("policy"), "images: {allow: [{name: a, reference: b, user: \"" + user + "\"}]}")
                .images()
                .allow()
                .getFirst();
    }

    @Test
    void aNewHomeBelongsToTheImagesUserAlone() throws Exception {
        Path home = new Homes(root()).prepare(volume, image());

        assertThat(home).isEqualTo(root().resolve(volume.value()));
        assertThat(Files.getAttribute(home, "unix:uid", LinkOption.NOFOLLOW_LINKS))
                .isEqualTo(image().uid());
        assertThat(Files.getPosixFilePermissions(home)).isEqualTo(PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void whatIsInAHomeIsNotTouched() throws Exception {
        Homes homes = new Homes(root());
        Path file = Files.writeString(homes.prepare(volume, image()).resolve("kept"), "precious");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
        var before = Files.readAttributes(file, "unix:uid,mode,ctime");

        homes.prepare(volume, image());

        assertThat(Files.readAttributes(file, "unix:uid,mode,ctime")).isEqualTo(before);
    }

    @Test
    void aLinkOrAFileInPlaceOfAHomeIsRefused() throws Exception {
        Homes homes = new Homes(root());
        homes.prepare(volume, image());
        VolumeId link = VolumeId.random();
        VolumeId file = VolumeId.random();
        Files.createSymbolicLink(root().resolve(link.value()), root().resolve(volume.value()));
        Files.createFile(root().resolve(file.value()));

        refused(() -> homes.prepare(link, image()), "not a folder but a link");
        refused(() -> homes.prepare(file, image()), "not a folder but a link");
    }

    @Test
    void aRootThatIsALinkOrThatOthersMayWriteIsRefused() throws Exception {
        Files.createDirectories(root());
        Files.setPosixFilePermissions(root(), PosixFilePermissions.fromString("rwxrwxrwx"));
        refused(() -> new Homes(root()).prepare(volume, image()), "mode 777");

        Path link = folder.resolve("link");
        Files.createSymbolicLink(link, root());
        refused(() -> new Homes(link).prepare(volume, image()), "not a folder but a link");
        assertThat(root()).isEmptyDirectory();
    }

    private static void refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String part) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        CommandFailure.class, e -> assertThat(e.code()).isEqualTo(FailureCode.HOME_FAILED))
                .hasMessageContaining(part);
    }
}
