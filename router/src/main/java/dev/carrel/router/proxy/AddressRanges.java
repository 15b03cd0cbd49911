/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Addresses and ranges of them ({@code 10.0.0.0/8}); names are never looked up. Immutable. */
final class AddressRanges {
    private final List<Range> ranges = new ArrayList<>();

    private record Range(byte[] network, int bits) {
        boolean contains(byte[] address) {
            if (address.length != network.length) {
                return false;
            }
            for (int bit = 0; bit < bits; bit += 8) {
                int mask = bits - bit >= 8 ? 0xff : 0xff << 8 - (bits - bit) & 0xff;
                if ((address[bit / 8] & mask) != (network[bit / 8] & mask)) {
                    return false;
                }
            }
            return true;
        }
    }

    /**
     * Reads a list separated by commas.
     *
     * @throws IllegalArgumentException naming the entry that is none
     */
    AddressRanges(String list) {
        Arrays.stream(list.split(","))
                .map(String::strip)
                .filter(entry -> !entry.isEmpty())
                .forEach(entry -> ranges.add(range(entry)));
    }

    /**
     * Reads a setting.
     *
     * @throws IllegalArgumentException naming the setting and the entry that is none
     */
    static AddressRanges of(String setting, String list) {
        try {
            return new AddressRanges(list);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(setting + ": " + e.getMessage(), e);
        }
    }

    private static Range range(String entry) {
        String[] parts = entry.split("/", 2);
        try {
            byte[] network = InetAddress.ofLiteral(parts[0]).getAddress();
            int bits = parts.length == 1 ? network.length * 8 : Integer.parseInt(parts[1]);
            // 10.1 is an address, too, but hardly the one that was meant.
            boolean whole = parts[0].indexOf(':') >= 0
                    || parts[0].chars().filter(c -> c == '.').count() == 3;
            if (!whole || bits < 1 || bits > network.length * 8) {
                throw new IllegalArgumentException("bits");
            }
            return new Range(network, bits);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "\"" + entry + "\" (expected: addresses as 192.0.2.7 or ranges as 10.0.0.0/8, separated by commas)",
                    e);
        }
    }

    boolean isEmpty() {
        return ranges.isEmpty();
    }

    /** Whether the address of a socket is among them; null is not. */
    boolean contains(@Nullable InetSocketAddress socket) {
        return !ranges.isEmpty()
                && socket != null
                && ranges.stream()
                        .anyMatch(range -> range.contains(socket.getAddress().getAddress()));
    }

    /** Whether an address, written as a literal, is among them. */
    boolean contains(String address) {
        try {
            byte[] bytes = InetAddress.ofLiteral(address).getAddress();
            return ranges.stream().anyMatch(range -> range.contains(bytes));
        } catch (IllegalArgumentException _) {
            return false;
        }
    }
}
