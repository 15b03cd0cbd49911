/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import dev.carrel.http.outgoing.AddressRange;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Addresses and ranges of them ({@code 10.0.0.0/8}); names are never looked up. Immutable. */
final class AddressRanges {
    private final List<AddressRange> ranges = new ArrayList<>();

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

    private static AddressRange range(String entry) {
        try {
            return AddressRange.parse(entry);
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
                && ranges.stream().anyMatch(range -> range.contains(socket.getAddress()));
    }

    /** Whether an address, written as a literal, is among them. */
    boolean contains(String address) {
        try {
            InetAddress literal = InetAddress.ofLiteral(address);
            return ranges.stream().anyMatch(range -> range.contains(literal));
        } catch (IllegalArgumentException _) {
            return false;
        }
    }
}
