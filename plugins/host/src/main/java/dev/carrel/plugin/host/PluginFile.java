/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A jar or folder in a plugin folder, read without loading a class.
 *
 * @param descriptor what it says of itself; null when it cannot be read
 * @param reason why it cannot be read; empty when it can
 */
public record PluginFile(Path path, @Nullable Descriptor descriptor, String reason) {
    /**
     * Changes whenever the file or folder does, or the plugin's settings, or it is switched on or off.
     *
     * @param settings the folder of {@code ID.properties} files
     */
    public static String mark(Path path, Path settings) throws IOException {
        Path folder = Objects.requireNonNull(path.toAbsolutePath().getParent(), "a plugin lies in a folder");
        for (Source source : Source.list(folder)) {
            if (source.name().equals(path.getFileName().toString())) {
                Descriptor descriptor = read(source.path(), source.jars()).descriptor();
                return mark(source.stamp() + Workshop.stamp(settings, descriptor == null ? "" : descriptor.id()));
            }
        }
        throw new NoSuchFileException(path.toString());
    }

    static String mark(String stamp) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(stamp.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** All of a folder, by file name; none when there is no such folder. */
    public static List<PluginFile> list(Path folder) throws IOException {
        List<PluginFile> files = new ArrayList<>();
        for (Source source : Source.list(folder)) {
            files.add(read(source.path(), source.jars()));
        }
        return files;
    }

    /** One jar, or a folder of jars. */
    public static PluginFile of(Path path) throws IOException {
        return read(path, Files.isDirectory(path) ? Source.jarsIn(path) : List.of(path));
    }

    /** Copies the jar, or the folder with its jars. */
    public void copyTo(Path target) throws IOException {
        if (!Files.isDirectory(path)) {
            Files.copy(path, target);
            return;
        }
        Files.createDirectory(target);
        for (Path jar : Source.jarsIn(path)) {
            Files.copy(jar, target.resolve(jar.getFileName().toString()));
        }
    }

    private static PluginFile read(Path path, List<Path> jars) {
        try {
            return new PluginFile(path, Descriptor.read(jars), "");
        } catch (Refused e) {
            return new PluginFile(path, null, String.valueOf(e.getMessage()));
        }
    }
}
