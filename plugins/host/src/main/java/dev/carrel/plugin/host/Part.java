/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import dev.carrel.plugin.Plugin;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/**
 * A plugin that is part of the program: it lives like any other, with settings, a bulkhead and a switch, but lies in no folder, has the program's class
 * loader, and needs nobody's leave to be loaded.
 *
 * @param plugin makes a new one for each start
 */
public record Part(Descriptor descriptor, Supplier<Plugin> plugin) {
    static final String STAMP = "part of Carrel";

    /**
     * A part from the class path.
     *
     * @param neighbour a class of the same jar, or folder of classes, as the descriptor
     * @throws IllegalStateException when there is no good descriptor
     */
    public static Part of(Class<? extends Plugin> neighbour, Supplier<Plugin> plugin) {
        try {
            Path home = Path.of(neighbour
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            return new Part(Files.isDirectory(home) ? fromFolder(home) : Descriptor.read(List.of(home)), plugin);
        } catch (URISyntaxException | IOException | Refused e) {
            throw new IllegalStateException(neighbour.getName() + " has no good " + Descriptor.PATH, e);
        }
    }

    private static Descriptor fromFolder(Path home) throws IOException, Refused {
        try (InputStream in = Files.newInputStream(home.resolve(Descriptor.PATH))) {
            return Descriptor.parse(in);
        }
    }

    /** Where a host has it among the files. */
    public Path path() {
        return Path.of(descriptor.id());
    }

    /**
     * Changes whenever its settings do, or it is switched on or off; as {@link PluginFile#mark}.
     *
     * @param settings the folder of {@code ID.properties} files
     */
    public String mark(Path settings) {
        return PluginFile.mark(STAMP + Workshop.stamp(settings, descriptor.id()));
    }
}
