/* Copyright the Carrel authors. */
package dev.carrel.ui;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A person's servers.
 *
 * @param servers the default one first
 * @param images that may be chosen, the default first
 * @param mayAdd whether further named servers may be added
 */
public record HomePage(
        Frame frame,
        List<ServerCard> servers,
        List<String> images,
        boolean mayAdd,
        @Nullable Notice notice) implements View {
    /** Copies the lists. */
    public HomePage {
        servers = List.copyOf(servers);
        images = List.copyOf(images);
    }
}
