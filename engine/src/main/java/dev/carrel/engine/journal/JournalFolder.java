/* Copyright the Carrel authors. */
package dev.carrel.engine.journal;

import dev.carrel.chassis.site.PrivateFile;
import dev.carrel.engine.function.FunctionId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** What is kept of one function: its lines and its calls. Thread-safe; blocks for the disk. */
public final class JournalFolder {
    static final String NAME = "function";
    /** Several hundred calls at least: more than are shown. */
    private static final long CALLS = 192 * 1024;

    private final Path path;
    private final FunctionId function;
    private final Instant since;
    private final Trail lines;
    private final Trail calls;
    private boolean deleted;

    JournalFolder(Path path, FunctionId function, Instant since, JournalSettings settings) {
        this.path = path;
        this.function = function;
        this.since = since;
        long most = settings.perFunction().bytes();
        // Of a small bound the calls have their part, too.
        long ofCalls = Math.min(CALLS, most / 4);
        lines = new Trail(path, "lines", most - ofCalls, settings.keep());
        calls = new Trail(path, "calls", ofCalls, settings.keep());
    }

    FunctionId function() {
        return function;
    }

    Instant since() {
        return since;
    }

    /** Number of the last line there ever was; 0 for none. */
    public synchronized long lastLine() throws IOException {
        return lines.last();
    }

    /** Number of the last call there ever was; 0 for none. */
    public synchronized long lastCall() throws IOException {
        return calls.last();
    }

    /**
     * Writes what has come; what is written already is left out. Once it is deleted it takes nothing.
     *
     * @return bytes written
     */
    public synchronized long append(List<Entry> newLines, List<Entry> newCalls, Instant now) throws IOException {
        if (deleted) {
            return 0;
        }
        make();
        return lines.append(newLines, now) + calls.append(newCalls, now);
    }

    private void make() throws IOException {
        Path name = path.resolve(NAME);
        if (Files.exists(name)) {
            return;
        }
        Files.createDirectories(
                path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        PrivateFile.replace(name, JournalFiles.label(function, since));
    }

    /** All lines that are not too old, the oldest first. */
    public synchronized void lines(Instant now, Consumer<Entry> entry) throws IOException {
        lines.read(now, entry);
    }

    /** All calls that are not too old, the oldest first. */
    public synchronized void calls(Instant now, Consumer<Entry> entry) throws IOException {
        calls.read(now, entry);
    }

    synchronized List<Trail.Old> parts() throws IOException {
        List<Trail.Old> parts = new ArrayList<>(lines.parts());
        parts.addAll(calls.parts());
        return parts;
    }

    synchronized void delete(Trail.Old part, Instant now) throws IOException {
        if (!deleted) {
            part.trail().delete(part.file(), now);
        }
    }

    /** Deletes all of it, for good. */
    synchronized void delete() throws IOException {
        deleted = true;
        try (Stream<Path> files = Files.list(path)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
        } catch (NoSuchFileException _) {
            return;
        }
        Files.deleteIfExists(path);
    }
}
