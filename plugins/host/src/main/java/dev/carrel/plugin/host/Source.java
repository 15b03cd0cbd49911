/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A jar, or a folder of jars, as it lies in a plugin folder at one moment.
 *
 * @param stamp changes whenever one of the files does
 * @param changed when the youngest of them was last written
 */
record Source(Path path, List<Path> jars, String stamp, Instant changed) {
    private static final Logger LOG = LoggerFactory.getLogger(Source.class);

    /** What lies in a folder; hidden and half-named files ({@code .x}, {@code x.part}) are none of ours. */
    static List<Source> list(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<Source> sources = new ArrayList<>();
        try (Stream<Path> entries = Files.list(folder)) {
            for (Path entry : entries.sorted().toList()) {
                if (entry.getFileName().toString().startsWith(".")) {
                    continue;
                }
                try {
                    List<Path> jars =
                            Files.isDirectory(entry) ? jarsIn(entry) : isJar(entry) ? List.of(entry) : List.of();
                    if (!jars.isEmpty()) {
                        sources.add(of(entry, jars));
                    }
                } catch (NoSuchFileException e) {
                    LOG.debug("{} went away while it was looked at", entry, e);
                }
            }
        }
        return sources;
    }

    static List<Path> jarsIn(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(Source::isJar).sorted().toList();
        }
    }

    private static boolean isJar(Path path) {
        String name = path.getFileName().toString();
        return name.endsWith(".jar") && !name.startsWith(".") && Files.isRegularFile(path);
    }

    private static Source of(Path path, List<Path> jars) throws IOException {
        StringBuilder stamp = new StringBuilder();
        Instant changed = Instant.EPOCH;
        for (Path jar : jars) {
            BasicFileAttributes attributes = Files.readAttributes(jar, BasicFileAttributes.class);
            Instant written = attributes.lastModifiedTime().toInstant();
            stamp.append(jar.getFileName())
                    .append(' ')
                    .append(attributes.size())
                    .append(' ')
                    .append(written)
                    .append(' ')
                    .append(Objects.toString(attributes.fileKey()))
                    .append('\n');
            changed = written.isAfter(changed) ? written : changed;
        }
        return new Source(path, jars, stamp.toString(), changed);
    }

    String name() {
        return path.getFileName().toString();
    }

    /** Whether every jar has its end: the directory of a jar is the last thing that is written. */
    boolean complete() {
        for (Path jar : jars) {
            try (JarFile file = new JarFile(jar.toFile())) {
                if (file.size() == 0) {
                    return false;
                }
            } catch (IOException _) {
                return false;
            }
        }
        return true;
    }
}
