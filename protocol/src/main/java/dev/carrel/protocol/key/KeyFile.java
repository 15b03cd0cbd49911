/* Copyright the Carrel authors. */
package dev.carrel.protocol.key;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Supplier;

/** A secret in a file. A file that group or others may read or write is refused: whoever could read it may have. */
public final class KeyFile {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    private static final int MAX_BYTES = 16 * 1024;

    private KeyFile() {}

    /**
     * Reads the secret, or creates the file with what {@code fresh} gives when there is none. Safe against a concurrent creator:
     * both end up with the same content.
     *
     * @throws UncheckedKeyException when the file is lax, too large, a link, or cannot be read
     */
    public static String readOrCreate(Path file, Supplier<String> fresh) {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            create(file, fresh.get());
        }
        return read(file);
    }

    /** Reads the secret of an existing file. */
    public static String read(Path file) {
        try {
            if (Files.isSymbolicLink(file) || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                throw new UncheckedKeyException(
                        Files.exists(file, LinkOption.NOFOLLOW_LINKS)
                                ? "key file " + file + ": not a regular file (expected: a file of mode 0600)"
                                : "key file " + file + ": missing (create it with: carrel setup)");
            }
            Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS);
            Set<PosixFilePermission> lax = EnumSet.noneOf(PosixFilePermission.class);
            lax.addAll(mode);
            lax.removeAll(OWNER_ONLY);
            if (!lax.isEmpty()) {
                throw new UncheckedKeyException("key file " + file + ": mode " + PosixFilePermissions.toString(mode)
                        + " lets others use it (expected: rw-------; if nobody else has read it: chmod 600 " + file
                        + ", otherwise delete it and start again for a new key)");
            }
            if (Files.size(file) > MAX_BYTES) {
                throw new UncheckedKeyException(
                        "key file " + file + ": " + Files.size(file) + " bytes (expected: at most " + MAX_BYTES + ")");
            }
            return Files.readString(file, StandardCharsets.US_ASCII).strip();
        } catch (NoSuchFileException e) {
            throw new UncheckedKeyException("key file " + file + ": missing (create it with: carrel setup)", e);
        } catch (IOException e) {
            throw new UncheckedKeyException("key file " + file + ": " + e + " (expected: readable by its owner)", e);
        }
    }

    private static void create(Path file, String content) {
        Path temporary = null;
        try {
            Path folder = file.toAbsolutePath().getParent();
            Files.createDirectories(folder);
            temporary = Files.createTempFile(folder, ".key", ".new", PosixFilePermissions.asFileAttribute(OWNER_ONLY));
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                channel.write(ByteBuffer.wrap((content + "\n").getBytes(StandardCharsets.US_ASCII)));
                channel.force(true);
            }
            // A hard link fails when the name is taken, so the first of two creators wins and nothing is half written.
            Files.createLink(file, temporary);
        } catch (FileAlreadyExistsException _) {
            // The other creator won; its key is the one to read.
        } catch (IOException e) {
            throw new UncheckedKeyException("key file " + file + ": cannot be created: " + e, e);
        } finally {
            deleteQuietly(temporary);
        }
    }

    private static void deleteQuietly(@org.jspecify.annotations.Nullable Path temporary) {
        if (temporary != null) {
            try {
                Files.deleteIfExists(temporary);
            } catch (IOException e) {
                throw new UncheckedKeyException(
                        "temporary key file " + temporary + ": cannot be deleted, delete it by hand", e);
            }
        }
    }
}
