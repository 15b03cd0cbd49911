/* Copyright the Carrel authors. */
package dev.carrel.manager.network;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An IPv4 network as Docker spells it, {@code 172.19.0.0/16}, divided: the first address is the host's, the last sixteen are for containers that are
 * not sessions, and those in between are given to sessions, one by one.
 *
 * @param base its first address, as a number
 * @param prefix how many bits are the network's, 8 to 27
 */
public record Subnet(int base, int prefix) {
    /** Of others: Docker gives them to whoever names no address. */
    private static final int OTHERS = 16;

    private static final Pattern TEXT = Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})/(\\d{1,2})");

    /** Reads one; empty when it is none, or too small to have addresses for sessions. */
    public static Optional<Subnet> parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        int base = 0;
        for (int part = 1; part <= 4; part++) {
            int value = Integer.parseInt(matcher.group(part));
            if (value > 255) {
                return Optional.empty();
            }
            base = base << 8 | value;
        }
        int prefix = Integer.parseInt(matcher.group(5));
        boolean fits = prefix >= 8 && prefix <= 27 && (base & (1 << 32 - prefix) - 1) == 0;
        return fits ? Optional.of(new Subnet(base, prefix)) : Optional.empty();
    }

    /** How many addresses there are for sessions. */
    public int size() {
        return (1 << 32 - prefix) - OTHERS - 2;
    }

    /** The address of this number, from 0 to {@link #size} - 1. */
    public String address(int number) {
        return dotted(base + 2 + number);
    }

    /** The host's own address. */
    String gateway() {
        return dotted(base + 1);
    }

    /** From which Docker gives addresses to whoever names none. */
    String others() {
        return dotted(base + (1 << 32 - prefix) - OTHERS) + "/28";
    }

    private static String dotted(int address) {
        return (address >>> 24) + "." + (address >>> 16 & 255) + "." + (address >>> 8 & 255) + "." + (address & 255);
    }

    @Override
    public String toString() {
        return dotted(base) + "/" + prefix;
    }
}
