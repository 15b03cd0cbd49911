/* Copyright the Carrel authors. */
package dev.carrel.auth.proxy;

import java.math.BigInteger;
import java.net.InetAddress;
import java.util.List;

/** Addresses and ranges of them ({@code 10.0.0.0/8}); names are never looked up. Immutable. */
final class Addresses {
    private final List<Range> ranges;

    /** The leading bits of addresses of one length. */
    private record Range(int length, int bits, BigInteger prefix) {
        static Range of(byte[] address, int bits) {
            BigInteger whole = new BigInteger(1, address);
            return new Range(address.length, bits, whole.shiftRight(address.length * 8 - bits));
        }

        boolean contains(byte[] address) {
            return address.length == length && of(address, bits).prefix().equals(prefix);
        }
    }

    /**
     * Reads a list.
     *
     * @throws IllegalArgumentException naming the entry that is none
     */
    Addresses(List<String> entries) {
        ranges = entries.stream().map(Addresses::range).toList();
        if (ranges.isEmpty()) {
            throw new IllegalArgumentException("addresses: empty (expected: at least one)");
        }
    }

    private static Range range(String entry) {
        String[] parts = entry.split("/", 2);
        try {
            byte[] address = InetAddress.ofLiteral(parts[0]).getAddress();
            int bits = parts.length == 1 ? address.length * 8 : Integer.parseInt(parts[1]);
            // 10.1 is an address, too, but hardly the one that was meant.
            boolean whole = parts[0].indexOf(':') >= 0
                    || parts[0].chars().filter(c -> c == '.').count() == 3;
            if (!whole || bits < 1 || bits > address.length * 8) {
                throw new IllegalArgumentException("bits");
            }
            return Range.of(address, bits);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "addresses: \"" + entry + "\" (expected: an address as 192.0.2.7 or a range as 10.0.0.0/8)", e);
        }
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
