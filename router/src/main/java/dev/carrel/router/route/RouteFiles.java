/* Copyright the Carrel authors. */
package dev.carrel.router.route;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The routes on the disk: {@code routes.json}, all of them at one moment, and {@code routes.log}, one line for every change since. A line is the CRC-32C of
 * its JSON in eight hex digits, a blank and the JSON; the first says to which {@code routes.json} the log belongs, by length and CRC. A log that
 * belongs to another is older than what lies there, for whoever writes {@code routes.json} writes everything, and counts for nothing. So at
 * every instant the two files are one whole state, and a router that knows only {@code routes.json} may have run in between.
 *
 * <p>One thread at a time.
 */
final class RouteFiles implements GroupCommit.Journal {
    private static final Logger LOG = LoggerFactory.getLogger(RouteFiles.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long SMALLEST_LIMIT = 1024 * 1024;
    private static final int CRC_DIGITS = 8;
    private static final String NONE = "0-00000000";

    private final Path snapshot;
    private final Path log;
    private final Supplier<Collection<Route>> routes;
    private @Nullable FileChannel channel;
    private @Nullable Object channelKey;
    private long length;
    private long limit;

    /** What is read. */
    interface Reader {
        /** A route is there. */
        void put(String path, JsonNode posted);

        /** It is not any more. */
        void remove(String path);
    }

    /** A file is not as we write it: something else did, or the disk. */
    static final class DamagedException extends IOException {
        private static final long serialVersionUID = 1L;

        DamagedException(Path file, String what) {
            super(file + " cannot be understood (" + what + ")");
        }
    }

    /** Keeps what {@code routes} returns, which must be at least as new as every change committed before. */
    RouteFiles(Path folder, Supplier<Collection<Route>> routes) {
        this.snapshot = folder.resolve("routes.json");
        this.log = folder.resolve("routes.log");
        this.routes = routes;
    }

    /** The line of a route that is there from now on. */
    static byte[] line(Route route) {
        return line("{\"put\":" + text(route.path()) + ",\"route\":", route.posted());
    }

    /** The line of one that is there no more. */
    static byte[] removal(String path) {
        return line("{\"remove\":" + text(path), new byte[0]);
    }

    private static byte[] line(String begin, byte[] rest) {
        byte[] head = begin.getBytes(StandardCharsets.UTF_8);
        int size = head.length + rest.length + 1;
        byte[] line = new byte[CRC_DIGITS + 1 + size + 1];
        System.arraycopy(head, 0, line, CRC_DIGITS + 1, head.length);
        System.arraycopy(rest, 0, line, CRC_DIGITS + 1 + head.length, rest.length);
        line[CRC_DIGITS + size] = '}';
        byte[] crc = crc(line, CRC_DIGITS + 1, size).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(crc, 0, line, 0, CRC_DIGITS);
        line[CRC_DIGITS] = ' ';
        line[line.length - 1] = '\n';
        return line;
    }

    private static String text(String value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("writing JSON to memory", e);
        }
    }

    private static String crc(byte[] bytes, int from, int size) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, size);
        return HexFormat.of().toHexDigits((int) crc.getValue());
    }

    /**
     * Reads both files. A last line that is not whole is none: whoever sent that change was never told it was kept.
     *
     * @throws DamagedException when they are not as we write them, after some routes may have been handed over
     * @throws InvalidRoute the same
     */
    void read(Reader into) throws IOException {
        Optional<byte[]> whole = StateFile.read(snapshot);
        if (whole.isPresent()) {
            readSnapshot(whole.get(), into);
        }
        Optional<byte[]> changes = StateFile.read(log);
        if (changes.isPresent()) {
            readLog(changes.get(), whole.map(RouteFiles::mark).orElse(NONE), into);
        }
    }

    private void readSnapshot(byte[] bytes, Reader into) throws IOException {
        try (JsonParser parser = JSON.createParser(bytes)) {
            boolean found = false;
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new DamagedException(snapshot, "no object");
            }
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                JsonToken value = parser.nextToken();
                if (name.equals("routes") && value == JsonToken.START_OBJECT) {
                    found = true;
                    for (String path = parser.nextFieldName(); path != null; path = parser.nextFieldName()) {
                        parser.nextToken();
                        into.put(path, JSON.readTree(parser));
                    }
                } else {
                    parser.skipChildren();
                }
            }
            if (!found) {
                throw new DamagedException(snapshot, "no object \"routes\"");
            }
        } catch (JsonProcessingException e) {
            throw new DamagedException(snapshot, String.valueOf(e.getMessage()));
        }
    }

    private void readLog(byte[] bytes, String belongsTo, Reader into) throws IOException {
        int at = 0;
        int number = 0;
        for (int end = end(bytes, at); end >= 0; end = end(bytes, at)) {
            number++;
            JsonNode line = parse(bytes, at, end);
            if (line == null) {
                if (end(bytes, end + 1) < 0 && number > 1) {
                    break;
                }
                throw new DamagedException(log, "line " + number);
            }
            if (number == 1) {
                if (!line.path("of").asText().equals(belongsTo)) {
                    LOG.info("{} belongs to an older {} and counts for nothing", log, snapshot.getFileName());
                    return;
                }
            } else if (line.has("put")) {
                into.put(line.path("put").asText(), line.path("route"));
            } else if (line.has("remove")) {
                into.remove(line.path("remove").asText());
            } else {
                throw new DamagedException(log, "line " + number);
            }
            at = end + 1;
        }
        if (at < bytes.length) {
            LOG.warn("{}: the last {} bytes are no whole line and are left out", log, bytes.length - at);
        }
    }

    private static int end(byte[] bytes, int from) {
        for (int at = from; at < bytes.length; at++) {
            if (bytes[at] == '\n') {
                return at;
            }
        }
        return -1;
    }

    private static @Nullable JsonNode parse(byte[] bytes, int from, int end) {
        int start = from + CRC_DIGITS + 1;
        if (start >= end
                || !new String(bytes, from, CRC_DIGITS + 1, StandardCharsets.ISO_8859_1)
                        .equals(crc(bytes, start, end - start) + " ")) {
            return null;
        }
        try {
            return JSON.readTree(bytes, start, end - start);
        } catch (IOException _) {
            return null;
        }
    }

    private static String mark(byte[] bytes) {
        return bytes.length + "-" + crc(bytes, 0, bytes.length);
    }

    /** Puts both files aside, so that nothing is lost and we can go on; returns the new place of one of them. */
    Path setAside(long stamp) throws IOException {
        Path aside = snapshot;
        for (Path file : new Path[] {log, snapshot}) {
            if (Files.exists(file)) {
                aside = StateFile.setAside(file, stamp);
            }
        }
        return aside;
    }

    @Override
    public void commit(byte[] changes) throws IOException {
        FileChannel open = channel;
        try {
            if (open == null || !Optional.ofNullable(key(log)).equals(Optional.ofNullable(channelKey))) {
                // The first change, one after a failure, or somebody took the file away: whatever was written into it
                // is gone.
                rewrite();
                return;
            }
            write(open, ByteBuffer.wrap(changes));
            open.force(false);
            length += changes.length;
        } catch (IOException e) {
            forget();
            throw new IOException(log + " cannot be written: " + e, e);
        }
        if (length > limit) {
            try {
                rewrite();
            } catch (IOException e) {
                // Nothing is lost: the log holds it all. It is tried again when as much again has been added.
                limit = length * 2;
                LOG.error("{} cannot be written and {} grows on: {}", snapshot, log.getFileName(), e.toString());
            }
        }
    }

    /** Writes all routes into {@code routes.json}, and begins a log that belongs to it. */
    private void rewrite() throws IOException {
        prepareFolder();
        Path whole = temporary(snapshot);
        CRC32C crc = new CRC32C();
        long size;
        try (FileChannel file = create(whole)) {
            OutputStream out =
                    new BufferedOutputStream(new CheckedOutputStream(Channels.newOutputStream(file), crc), 64 * 1024);
            writeSnapshot(out);
            out.flush();
            file.force(true);
            size = file.size();
        }
        byte[] header = line(
                "{\"version\":1,\"of\":\"" + size + "-" + HexFormat.of().toHexDigits((int) crc.getValue()) + "\"",
                new byte[0]);
        Path fresh = temporary(log);
        FileChannel next = create(fresh);
        try {
            write(next, ByteBuffer.wrap(header));
            next.force(true);
            // In this order: until the second rename the old log belongs to a file that is no more, and counts for
            // nothing.
            Files.move(whole, snapshot, StandardCopyOption.ATOMIC_MOVE);
            Files.move(fresh, log, StandardCopyOption.ATOMIC_MOVE);
            try (FileChannel folder = FileChannel.open(folder(), StandardOpenOption.READ)) {
                folder.force(true);
            }
        } catch (IOException e) {
            next.close();
            throw e;
        }
        FileChannel before = channel;
        channel = next;
        channelKey = key(log);
        length = header.length;
        limit = Math.max(SMALLEST_LIMIT, size);
        if (before != null) {
            before.close();
        }
    }

    private void writeSnapshot(OutputStream out) throws IOException {
        try (JsonGenerator json = JSON.createGenerator(out, JsonEncoding.UTF8)) {
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            json.writeStartObject();
            json.writeNumberField("version", 1);
            json.writeObjectFieldStart("routes");
            for (Route route : routes.get()) {
                json.writeRaw('\n');
                json.writeFieldName(route.path());
                json.writeRawValue(new String(route.posted(), StandardCharsets.UTF_8));
            }
            json.writeEndObject();
            json.writeEndObject();
            json.writeRaw('\n');
        }
    }

    /** Merges the log into {@code routes.json}, so that it holds everything for whoever reads it next. */
    @Override
    public void close() throws IOException {
        if (channel == null) {
            return;
        }
        try {
            rewrite();
        } finally {
            forget();
        }
    }

    private void forget() throws IOException {
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            open.close();
        }
    }

    private static void write(FileChannel to, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            to.write(bytes);
        }
    }

    private static @Nullable Object key(Path file) throws IOException {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        } catch (NoSuchFileException _) {
            return null;
        }
    }

    private static Path temporary(Path file) {
        return file.resolveSibling(file.getFileName() + ".new");
    }

    private static FileChannel create(Path file) throws IOException {
        Files.deleteIfExists(file);
        return FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }

    private void prepareFolder() throws IOException {
        if (!Files.isDirectory(folder())) {
            Files.createDirectories(
                    folder(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
    }

    private Path folder() {
        Path folder = snapshot.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IllegalArgumentException(snapshot + " (expected: a file in a folder)");
        }
        return folder;
    }
}
