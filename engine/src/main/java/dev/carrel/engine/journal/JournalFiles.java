/* Copyright the Carrel authors. */
package dev.carrel.engine.journal;

import dev.carrel.engine.function.FunctionId;
import dev.carrel.protocol.name.FunctionName;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.UserName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * The folders of all functions. A function's has the moment of its publishing in its name, so that a later one of the same name never finds what an
 * earlier one printed. Thread-safe; blocks for the disk.
 */
public final class JournalFiles {
    private static final int LONGEST_NAME = 150;

    private final Path root;
    private final JournalSettings settings;
    private final Map<Path, JournalFolder> folders = new ConcurrentHashMap<>();
    private final AtomicLong grown = new AtomicLong();

    /** Makes nothing yet. */
    public JournalFiles(Path root, JournalSettings settings) {
        this.root = root;
        this.settings = settings;
    }

    /** A function that something is kept of. */
    public record Kept(FunctionId function, Instant since) {}

    /** What is kept of a function, there or to come. */
    public JournalFolder open(FunctionId function, Instant since) {
        return folders.computeIfAbsent(
                path(function, since), path -> new JournalFolder(path, function, since, settings));
    }

    private Path path(FunctionId function, Instant since) {
        return owner(function.owner()).resolve(function.name() + "@" + since.toEpochMilli());
    }

    private Path owner(UserName owner) {
        String name = SessionAddress.encode(owner.value());
        // No other owner's: an equals sign is always encoded.
        return root.resolve(name.length() <= LONGEST_NAME ? name : "=" + hex(owner.value()));
    }

    private static String hex(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    static byte[] label(FunctionId function, Instant since) {
        return (function.name() + "\n" + since.toEpochMilli() + "\n" + function.owner() + "\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static Optional<Kept> read(Path folder) {
        try {
            String[] parts =
                    Files.readString(folder.resolve(JournalFolder.NAME)).split("\n");
            return Optional.of(new Kept(
                    new FunctionId(new UserName(parts[2]), new FunctionName(parts[0])),
                    Instant.ofEpochMilli(Long.parseLong(parts[1]))));
        } catch (IOException | RuntimeException _) {
            return Optional.empty();
        }
    }

    /** All that something is kept of. What a cut-off beginning left is removed. */
    public List<Kept> list() throws IOException {
        List<Kept> kept = new ArrayList<>();
        for (Path owner : below(root)) {
            for (Path folder : below(owner)) {
                Optional<Kept> found = read(folder);
                if (found.isPresent()) {
                    kept.add(found.get());
                } else if (!folders.containsKey(folder)) {
                    Files.deleteIfExists(folder.resolve(JournalFolder.NAME + ".new"));
                    Files.deleteIfExists(folder);
                }
            }
        }
        return kept;
    }

    private static List<Path> below(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.toList();
        } catch (NoSuchFileException | NotDirectoryException _) {
            return List.of();
        }
    }

    /** Deletes what is kept of functions of this name, but for that which was published at this moment. */
    public void deleteAllBut(FunctionId function, Optional<Instant> since) throws IOException {
        Path owner = owner(function.owner());
        for (Path folder : below(owner)) {
            boolean ofName = folder.getFileName().toString().startsWith(function.name() + "@");
            if (ofName && !since.map(moment -> path(function, moment)).equals(Optional.of(folder))) {
                JournalFolder open = folders.get(folder);
                (open == null ? new JournalFolder(folder, function, Instant.EPOCH, settings) : open).delete();
                folders.remove(folder);
            }
        }
        if (below(owner).isEmpty()) {
            Files.deleteIfExists(owner);
        }
    }

    /** So many bytes were written. Whether it is time to {@link #tidy}. */
    public boolean grown(long bytes) {
        return grown.addAndGet(bytes) > slack();
    }

    private long slack() {
        return settings.total().bytes() / 8;
    }

    /** Deletes what is too old, and as much as is too much: the oldest of whoever's functions have most. How many bytes there are then. */
    public long tidy(Instant now) throws IOException {
        grown.set(0);
        Instant before = now.minus(settings.keep());
        Map<UserName, Share> shares = new HashMap<>();
        for (Kept kept : list()) {
            JournalFolder folder = open(kept.function(), kept.since());
            for (Trail.Old part : folder.parts()) {
                if (part.written().isBefore(before)) {
                    folder.delete(part, now);
                } else {
                    shares.computeIfAbsent(kept.function().owner(), _ -> new Share())
                            .add(folder, part);
                }
            }
        }
        long total = shares.values().stream().mapToLong(share -> share.bytes).sum();
        // So much less that the bound holds until the next time.
        while (total > settings.total().bytes() - slack()) {
            Share most = shares.values().stream()
                    .max(Comparator.comparingLong(share -> share.bytes))
                    .orElseThrow();
            total -= most.deleteOldest(now);
        }
        return total;
    }

    /** What is kept of one owner's functions. */
    private static final class Share {
        private final PriorityQueue<Piece> pieces =
                new PriorityQueue<>(Comparator.comparing(piece -> piece.part().written()));
        private long bytes;

        private record Piece(JournalFolder folder, Trail.Old part) {}

        void add(JournalFolder folder, Trail.Old part) {
            pieces.add(new Piece(folder, part));
            bytes += part.size();
        }

        /** How many bytes that was. */
        long deleteOldest(Instant now) throws IOException {
            Piece oldest = pieces.remove();
            oldest.folder().delete(oldest.part(), now);
            bytes -= oldest.part().size();
            return oldest.part().size();
        }
    }
}
