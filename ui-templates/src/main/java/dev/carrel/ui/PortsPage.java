/* Copyright the Carrel authors. */
package dev.carrel.ui;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The named ports of a session: open, share, close.
 *
 * @param server whose ports
 * @param ports by name
 * @param most as many may be open
 */
public record PortsPage(
        Frame frame,
        ServerCard server,
        List<PortRow> ports,
        int most,
        @Nullable Notice notice) implements View {
    /** Copies the list. */
    public PortsPage {
        ports = List.copyOf(ports);
    }

    /**
     * A port that is open.
     *
     * @param port its number
     * @param shares names of those who may use it besides the owner, with commas; empty for nobody
     * @param url its own origin
     */
    public record PortRow(String name, String port, String shares, String url, Moment opened) {}
}
