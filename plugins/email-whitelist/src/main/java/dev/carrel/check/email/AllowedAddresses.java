/* Copyright the Carrel authors. */
package dev.carrel.check.email;

import java.net.IDN;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Which addresses are meant by a list of domains and addresses. Domains are compared as a whole, label by label: {@code x@notjulia.org} has nothing to do with
 * {@code julia.org}. Immutable.
 */
final class AllowedAddresses {
    private final Set<String> domains = new HashSet<>();
    private final Set<String> parents = new HashSet<>();
    private final Set<String> addresses = new HashSet<>();

    /**
     * Reads a list.
     *
     * @throws IllegalArgumentException naming the entry that is none
     */
    AllowedAddresses(List<String> entries) {
        for (String entry : entries) {
            int at = entry.lastIndexOf('@');
            if (at > 0) {
                addresses.add(normal(entry).orElseThrow(() -> wrong(entry)));
            } else if (entry.startsWith(".")) {
                parents.add(domain(entry.substring(1)).orElseThrow(() -> wrong(entry)));
            } else {
                // JuliaBox's lists held suffixes with the sign: @julia.org.
                domains.add(domain(entry.substring(at + 1)).orElseThrow(() -> wrong(entry)));
            }
        }
        if (domains.isEmpty() && parents.isEmpty() && addresses.isEmpty()) {
            throw new IllegalArgumentException("allowed: empty (expected: at least one domain or address)");
        }
    }

    private static IllegalArgumentException wrong(String entry) {
        return new IllegalArgumentException("allowed: \"" + entry
                + "\" (expected: a domain as julia.org, .julia.org for those below it, or an address)");
    }

    boolean contains(String address) {
        return accepted(address).isPresent();
    }

    /** The address in its normal form, if it is meant. */
    Optional<String> accepted(String address) {
        return normal(address).filter(this::meant);
    }

    private boolean meant(String normal) {
        if (addresses.contains(normal)) {
            return true;
        }
        String domain = normal.substring(normal.lastIndexOf('@') + 1);
        if (domains.contains(domain)) {
            return true;
        }
        for (int dot = domain.indexOf('.'); dot >= 0; dot = domain.indexOf('.', dot + 1)) {
            if (parents.contains(domain.substring(dot + 1))) {
                return true;
            }
        }
        return false;
    }

    /** Lower case, with the domain in its ASCII form; empty for what is no plain address. */
    private static Optional<String> normal(String address) {
        String text = address.strip().toLowerCase(Locale.ROOT);
        int at = text.indexOf('@');
        // Quoted local parts may hold a second @ and comments: readers differ about what they mean, so they mean
        // nothing here.
        boolean plain = at > 0
                && at == text.lastIndexOf('@')
                && text.chars().noneMatch(c -> c <= ' ' || c == 0x7f || "\"()<>,;:\\[]".indexOf(c) >= 0);
        return plain ? domain(text.substring(at + 1)).map(d -> text.substring(0, at) + "@" + d) : Optional.empty();
    }

    private static Optional<String> domain(String text) {
        try {
            String ascii = IDN.toASCII(text, IDN.USE_STD3_ASCII_RULES).toLowerCase(Locale.ROOT);
            boolean good = ascii.matches("[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")
                    && ascii.length() <= 253;
            return good ? Optional.of(ascii) : Optional.empty();
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
