/* Copyright the Carrel authors. */
package dev.carrel.engine.journal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Entries of one kind in a folder, in at most two files: when the newer one is full or old, the older one is deleted and another one begun. Only whole entries
 * count: what a killed process or a full disk left behind the last one is cut off before the next is written. Not thread-safe: whoever has the folder locks.
 */
final class Trail {
    private static final int CHUNK = 64 * 1024;

    private final Path folder;
    private final String kind;
    private final long half;
    private final Duration keep;
    private final Pattern names;
    private @Nullable Part newest;
    private boolean looked;

    /**
     * A file.
     *
     * @param first the least number it may hold
     * @param begun in milliseconds
     */
    private record Part(Path file, long first, long begun, long size, long last) {}

    /**
     * @param most bytes, of both files together
     * @param keep how long entries are wanted
     */
    Trail(Path folder, String kind, long most, Duration keep) {
        this.folder = folder;
        this.kind = kind;
        this.half = most / 2;
        this.keep = keep;
        names = Pattern.compile(Pattern.quote(kind) + "-(\\d{18})-(\\d{1,18})");
    }

    /** Number of the last entry there ever was, as far as is known; 0 for none. */
    long last() throws IOException {
        Part part = newest();
        return part == null ? 0 : part.last();
    }

    /** The newest file, with the end of its last whole entry. */
    private @Nullable Part newest() throws IOException {
        if (!looked) {
            List<Path> files = files();
            newest = files.isEmpty() ? null : look(files.getLast());
            looked = true;
        }
        return newest;
    }

    private Part look(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] != '\n') {
            end--;
        }
        Matcher name = names.matcher(file.getFileName().toString());
        if (!name.matches()) {
            throw new IllegalStateException(file + " was listed under another name");
        }
        long first = Long.parseLong(name.group(1));
        long last = first - 1;
        for (String line : new String(bytes, 0, end, StandardCharsets.UTF_8).split("\n")) {
            last = Math.max(last, Entry.of(line).map(Entry::number).orElse(0L));
        }
        return new Part(file, first, Long.parseLong(name.group(2)), end, last);
    }

    /** Its files, the oldest first. */
    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(
                            file -> names.matcher(file.getFileName().toString()).matches())
                    .sorted(Comparator.comparing(file -> file.getFileName().toString()))
                    .toList();
        } catch (NoSuchFileException _) {
            return List.of();
        }
    }

    /**
     * Writes entries behind those there are; such as are there already are left out, so that it may be repeated after a failure.
     *
     * @return bytes written
     */
    long append(List<Entry> entries, Instant now) throws IOException {
        long written = 0;
        ByteArrayOutputStream chunk = new ByteArrayOutputStream();
        long last = last();
        for (Entry entry : entries) {
            if (entry.number() <= last) {
                continue;
            }
            byte[] bytes = entry.bytes();
            if (chunk.size() > 0 && chunk.size() + bytes.length > Math.min(CHUNK, half)) {
                written += write(chunk.toByteArray(), last, now);
                chunk.reset();
            }
            chunk.writeBytes(bytes);
            last = entry.number();
        }
        return chunk.size() == 0 ? written : written + write(chunk.toByteArray(), last, now);
    }

    private long write(byte[] bytes, long last, Instant now) throws IOException {
        Part part = newest();
        boolean old = part != null && part.size() > 0 && now.toEpochMilli() - part.begun() > keep.toMillis() / 2;
        if (part == null || part.size() > 0 && part.size() + bytes.length > half || old) {
            part = begin(part == null ? 1 : part.last() + 1, now);
        }
        try (FileChannel channel = FileChannel.open(part.file(), StandardOpenOption.WRITE)) {
            if (channel.size() > part.size()) {
                channel.truncate(part.size());
            }
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            channel.position(part.size());
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        } catch (NoSuchFileException e) {
            // Somebody has deleted it: the next write begins anew, behind the same number.
            newest = new Part(part.file(), part.first(), part.begun(), Long.MAX_VALUE / 2, part.last());
            throw e;
        }
        newest = new Part(part.file(), part.first(), part.begun(), part.size() + bytes.length, last);
        return bytes.length;
    }

    /** Makes room first: on a full disk that may be what lets the new one be made. */
    private Part begin(long first, Instant now) throws IOException {
        List<Path> there = files();
        for (Path file : there.subList(0, Math.max(0, there.size() - 1))) {
            Files.deleteIfExists(file);
        }
        Path file = folder.resolve(String.format(Locale.ROOT, "%s-%018d-%d", kind, first, now.toEpochMilli()));
        FileChannel.open(
                        file,
                        Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))
                .close();
        Part part = new Part(file, first, now.toEpochMilli(), 0, first - 1);
        newest = part;
        return part;
    }

    /** Reads all whole entries that are not older than they may be, the oldest first. */
    void read(Instant now, Consumer<Entry> entry) throws IOException {
        Instant from = now.minus(keep);
        for (Path file : files()) {
            String text;
            try {
                text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
            } catch (NoSuchFileException _) {
                continue;
            }
            text.substring(0, text.lastIndexOf('\n') + 1)
                    .lines()
                    .forEach(line -> Entry.of(line)
                            .filter(found -> !found.at().isBefore(from))
                            .ifPresent(entry));
        }
    }

    /** A file that may be deleted. */
    record Old(Trail trail, Path file, Instant written, long size) {}

    /** What there is, but for empty files. */
    List<Old> parts() throws IOException {
        List<Old> parts = new ArrayList<>();
        for (Path file : files()) {
            try {
                long size = Files.size(file);
                if (size > 0) {
                    parts.add(
                            new Old(this, file, Files.getLastModifiedTime(file).toInstant(), size));
                }
            } catch (NoSuchFileException _) {
                // Replaced meanwhile.
            }
        }
        return parts;
    }

    /** Deletes a file of it. The newest one leaves an empty one behind, that no number is given twice. */
    void delete(Path file, Instant now) throws IOException {
        Part last = newest();
        Files.deleteIfExists(file);
        if (last != null && last.file().equals(file)) {
            begin(last.last() + 1, now);
        }
    }
}
