/* Copyright the Carrel authors. */
package dev.carrel.http.outgoing;

import java.net.InetAddress;

/**
 * Addresses with the same first bits.
 *
 * @param first with these bits
 * @param bits how many
 */
public record AddressRange(InetAddress first, int bits) {

    /**
     * Reads {@code 10.0.0.0/8}, {@code fd00::/8} or one address, written in full: {@code 10.1} is an address, too, but hardly the one that was meant.
     *
     * @throws IllegalArgumentException for anything else
     */
    public static AddressRange parse(String text) {
        int slash = text.indexOf('/');
        try {
            String address = slash < 0 ? text : text.substring(0, slash);
            boolean whole = address.indexOf(':') >= 0
                    || address.chars().filter(c -> c == '.').count() == 3;
            InetAddress first = InetAddress.ofLiteral(address);
            int all = first.getAddress().length * 8;
            int bits = slash < 0 ? all : Integer.parseInt(text.substring(slash + 1));
            if (whole && bits >= 1 && bits <= all) {
                return new AddressRange(first, bits);
            }
        } catch (IllegalArgumentException _) {
            // Told below.
        }
        throw new IllegalArgumentException(
                "\"" + text + "\" (expected: a range as 10.0.0.0/8 or fd00::/8, or an address)");
    }

    /** Whether an address is one of these. */
    public boolean contains(InetAddress address) {
        byte[] one = first.getAddress();
        byte[] other = address.getAddress();
        if (one.length != other.length) {
            return false;
        }
        for (int bit = 0; bit < bits; bit++) {
            int mask = 0x80 >> (bit & 7);
            if ((one[bit >> 3] & mask) != (other[bit >> 3] & mask)) {
                return false;
            }
        }
        return true;
    }
}
