/* Copyright the Carrel authors. */
package dev.carrel.manager.policy;

import dev.carrel.protocol.name.Printable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An IPv4 network, perhaps with a TCP port.
 *
 * @param network {@code 10.0.0.0/8}, in the one spelling that the firewall gives back
 * @param port 0 for every protocol and port
 */
public record Destination(String network, int port) {
    private static final Pattern FORM =
            Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})(?:/(\\d{1,2}))?(?::(\\d{1,5}))?");

    static Destination parse(String key, String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw fault(key, text);
        }
        long address = 0;
        StringBuilder spelling = new StringBuilder();
        for (int i = 1; i <= 4; i++) {
            int part = Integer.parseInt(matcher.group(i));
            if (part > 255) {
                throw fault(key, text);
            }
            address = address << 8 | part;
            spelling.append(i > 1 ? "." : "").append(part);
        }
        int bits = matcher.group(5) == null ? 32 : Integer.parseInt(matcher.group(5));
        int port = matcher.group(6) == null ? 0 : Integer.parseInt(matcher.group(6));
        if (bits < 1 || bits > 32 || port > 65535 || matcher.group(6) != null && port == 0) {
            throw fault(key, text);
        }
        if ((address & (1L << 32 - bits) - 1) != 0) {
            throw new IllegalArgumentException(key + ": " + Printable.quote(text) + " has bits beyond its /" + bits
                    + " (expected: the network's own address)");
        }
        return new Destination(spelling + "/" + bits, port);
    }

    private static IllegalArgumentException fault(String key, String text) {
        return new IllegalArgumentException(
                key + ": " + Printable.quote(text)
                        + " (expected: an IPv4 address or network as 10.1.2.3 or 10.0.0.0/8, in allow perhaps with a port as 10.1.2.3:5432)");
    }
}
