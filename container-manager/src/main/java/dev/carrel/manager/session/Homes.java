/* Copyright the Carrel authors. */
package dev.carrel.manager.session;

import dev.carrel.manager.policy.AllowedImage;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.FailureCode;
import dev.carrel.protocol.name.VolumeId;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.stream.Stream;

/**
 * People's homes: one folder each below one root that only this process's user may change. What a person keeps in a home is never touched, and
 * nothing here follows a link.
 */
public final class Homes {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");

    private final Path root;

    /** Homes below {@code root}, which is made on first use. */
    public Homes(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    /**
     * The folder of a home, made with mode 0700 for the image's user when it is not there.
     *
     * @throws CommandFailure home-failed, with what to do
     */
    public Path prepare(VolumeId volume, AllowedImage image) throws CommandFailure {
        Path home = root.resolve(volume.value());
        try {
            checkRoot();
            try {
                Files.createDirectory(home, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
            } catch (FileAlreadyExistsException _) {
                if (!Files.isDirectory(home, LinkOption.NOFOLLOW_LINKS)) {
                    throw failure(
                            "home " + home
                                    + ": not a folder but a link or a file (expected: a folder; see who put it there, then remove it)");
                }
            }
            own(home, image);
            return home;
        } catch (FileSystemException e) {
            throw failure(
                    "home " + home + ": " + e + " (expected: the container-manager can write below " + root + ")");
        } catch (IOException e) {
            throw failure("home " + home + ": " + e);
        }
    }

    /** A root that others could change would let them put any folder of this machine into a session. */
    private void checkRoot() throws IOException, CommandFailure {
        if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectories(root.getParent());
            try {
                Files.createDirectory(
                        root, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
            } catch (FileAlreadyExistsException _) {
                // Another start made it; it is judged below like any other.
            }
        }
        if (!Files.isDirectory(root, LinkOption.NOFOLLOW_LINKS)) {
            throw failure("homes " + root + ": not a folder but a link or a file (expected: a folder)");
        }
        int owner = (Integer) Files.getAttribute(root, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        int mode = (Integer) Files.getAttribute(root, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        if (owner != ownUid() || (mode & 0022) != 0) {
            throw failure(
                    "homes " + root + ": owned by user " + owner + " with mode " + Integer.toOctalString(mode & 07777)
                            + " (expected: owned by user " + ownUid()
                            + ", who runs the container-manager, and writable by nobody else: chown "
                            + ownUid() + " " + root + " && chmod go-w " + root + ")");
        }
    }

    private void own(Path home, AllowedImage image) throws IOException, CommandFailure {
        int owner = (Integer) Files.getAttribute(home, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        if (owner == image.uid()) {
            return;
        }
        if (owner != ownUid() || !empty(home)) {
            throw failure("home " + home + ": owned by user " + owner + " (expected: user " + image.uid()
                    + ", as image \"" + image.name() + "\" runs; if it is that person's: chown -R --no-dereference "
                    + image.user() + " " + home + ")");
        }
        // Just made, or left half-made by an earlier start.
        try {
            Files.setAttribute(home, "unix:gid", image.gid(), LinkOption.NOFOLLOW_LINKS);
            Files.setAttribute(home, "unix:uid", image.uid(), LinkOption.NOFOLLOW_LINKS);
        } catch (FileSystemException e) {
            throw failure("home " + home + ": cannot be given to user " + image.user() + ": " + e.getReason()
                    + " (expected: the container-manager runs as root, or as user " + image.uid() + ")");
        }
    }

    private static boolean empty(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.findAny().isEmpty();
        }
    }

    private static int ownUid() throws IOException {
        return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    }

    private static CommandFailure failure(String message) {
        return new CommandFailure(FailureCode.HOME_FAILED, message);
    }
}
