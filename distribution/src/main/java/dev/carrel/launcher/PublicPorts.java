/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import dev.carrel.chassis.boot.Boot;
import dev.carrel.chassis.settings.Settings;
import dev.carrel.chassis.site.DataFolder;
import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.router.settings.TlsSettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The ports that the router opens to the world.
 *
 * @param redirect from http to https; 0 for none
 */
record PublicPorts(SiteSettings site, int redirect) {
    private static final Path FIRST = Path.of("/proc/sys/net/ipv4/ip_unprivileged_port_start");
    private static final int MOST_DIGITS = 16;

    /** As the settings have it, with more environment than ours. */
    static PublicPorts of(DataFolder data, Map<String, String> environment) {
        Map<String, String> all = new HashMap<>(System.getenv());
        all.putAll(environment);
        Settings settings = Boot.settings(data, List.of(TlsSettings.class), all);
        return new PublicPorts(
                settings.section(SiteSettings.class),
                settings.section(TlsSettings.class).redirectPort());
    }

    /** Whether one of them is closed to those who are not root. */
    boolean low() {
        return low(site.port()) || redirect != 0 && low(redirect);
    }

    static boolean low(int port) {
        return port < firstFreeForAll();
    }

    /** Some systems let everybody open lower ones. */
    static int firstFreeForAll() {
        // In one read: the kernel answers the first and nothing after it, and Files.readString begins with a single
        // byte.
        try (InputStream file = Files.newInputStream(FIRST)) {
            return Integer.parseInt(new String(file.readNBytes(MOST_DIGITS), StandardCharsets.US_ASCII).strip());
        } catch (IOException | NumberFormatException _) {
            return 1024;
        }
    }
}
