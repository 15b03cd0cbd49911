/* Copyright the Carrel authors. */
package dev.carrel.http.files;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Files below a folder. A link may lead anywhere within it, not out of it. Hashes are kept for as long as size and time stay the same. */
final class FolderSource implements AssetSource {
    private static final int MAX_KNOWN = 1024;

    private final Path root;
    private final Map<Path, Known> hashes = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Path, Known> eldest) {
            return size() > MAX_KNOWN;
        }
    };

    private record Known(long size, Instant modified, String hash) {}

    FolderSource(Path folder) throws IOException {
        this.root = folder.toRealPath();
    }

    @Override
    public @Nullable Asset find(List<String> segments) throws IOException {
        Path real;
        BasicFileAttributes attributes;
        try {
            Path path = root;
            for (String segment : segments) {
                path = path.resolve(segment);
            }
            real = path.toRealPath();
            if (!real.startsWith(root)) {
                return null;
            }
            attributes = Files.readAttributes(real, BasicFileAttributes.class);
        } catch (FileSystemException | InvalidPathException _) {
            // Not there, not readable, a file where a folder should be, a loop of links, a name too long: to a client
            // all one.
            return null;
        }
        if (!attributes.isRegularFile()) {
            return null;
        }
        Instant modified = attributes.lastModifiedTime().toInstant();
        return new Asset(
                new Asset.Content.Disk(real),
                attributes.size(),
                modified.truncatedTo(ChronoUnit.SECONDS),
                hash(real, attributes.size(), modified),
                null);
    }

    private String hash(Path file, long size, Instant modified) throws IOException {
        synchronized (hashes) {
            Known known = hashes.get(file);
            if (known != null && known.size == size && known.modified.equals(modified)) {
                return known.hash;
            }
        }
        String hash = ContentHash.of(file);
        synchronized (hashes) {
            hashes.put(file, new Known(size, modified, hash));
        }
        return hash;
    }
}
