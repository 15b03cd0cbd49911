/* Copyright the Carrel authors. */
package dev.carrel.http.outgoing;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;

/**
 * Which addresses may be asked: those of the public internet that are not this machine's own, and what the operator allows. Immutable.
 *
 * @param allowed beyond the public ones
 * @param ports that may be asked
 */
public record AddressRules(List<AddressRange> allowed, List<PortRange> ports) {
    private static final AddressRange GLOBAL = AddressRange.parse("2000::/3");
    /** From IANA's registries of special addresses, with multicast. */
    private static final List<AddressRange> SPECIAL = List.of(
            AddressRange.parse("0.0.0.0/8"),
            AddressRange.parse("10.0.0.0/8"),
            AddressRange.parse("100.64.0.0/10"),
            AddressRange.parse("127.0.0.0/8"),
            AddressRange.parse("169.254.0.0/16"),
            AddressRange.parse("172.16.0.0/12"),
            AddressRange.parse("192.0.0.0/24"),
            AddressRange.parse("192.0.2.0/24"),
            AddressRange.parse("192.31.196.0/24"),
            AddressRange.parse("192.52.193.0/24"),
            AddressRange.parse("192.88.99.0/24"),
            AddressRange.parse("192.168.0.0/16"),
            AddressRange.parse("192.175.48.0/24"),
            AddressRange.parse("198.18.0.0/15"),
            AddressRange.parse("198.51.100.0/24"),
            AddressRange.parse("203.0.113.0/24"),
            AddressRange.parse("224.0.0.0/3"),
            // Teredo, ORCHID and the like; documentation; 6to4, which leads to any IPv4 address.
            AddressRange.parse("2001::/23"),
            AddressRange.parse("2001:db8::/32"),
            AddressRange.parse("2002::/16"),
            AddressRange.parse("2620:4f:8000::/48"),
            AddressRange.parse("3fff::/20"));

    /** Copies the lists. */
    public AddressRules {
        allowed = List.copyOf(allowed);
        ports = List.copyOf(ports);
    }

    /** Ports from one to another. */
    public record PortRange(int from, int to) {
        /**
         * Reads {@code 443} or {@code 8000-8999}.
         *
         * @throws IllegalArgumentException for anything else
         */
        public static PortRange parse(String text) {
            String[] ends = text.split("-", 2);
            try {
                int from = Integer.parseInt(ends[0].strip());
                int to = ends.length == 1 ? from : Integer.parseInt(ends[1].strip());
                if (from >= 1 && from <= to && to <= 65_535) {
                    return new PortRange(from, to);
                }
            } catch (NumberFormatException _) {
                // Told below.
            }
            throw new IllegalArgumentException("\"" + text + "\" (expected: a port as 443, or ports as 8000-8999)");
        }
    }

    /** Whether a port may be asked. */
    public boolean portAllowed(int port) {
        return ports.stream().anyMatch(range -> port >= range.from() && port <= range.to());
    }

    /** Whether an address may be asked. Looks at this machine's interfaces. */
    public boolean addressAllowed(InetAddress address) {
        if (allowed.stream().anyMatch(range -> range.contains(address))) {
            return true;
        }
        // What is mapped into IPv6 is an Inet4Address already; every other way to write IPv4 in IPv6 lies outside of
        // 2000::/3 or is special.
        boolean global = address instanceof Inet4Address || GLOBAL.contains(address);
        return global && SPECIAL.stream().noneMatch(range -> range.contains(address)) && !own(address);
    }

    private static boolean own(InetAddress address) {
        try {
            return NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException _) {
            return true;
        }
    }
}
