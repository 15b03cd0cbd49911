/* Copyright the Carrel authors. */
package dev.carrel.plugin;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Keeps the names of machines in one zone: feature {@code dns}. The leading engine calls it, when machines come and go, one call at a time; at most 20 s
 * each. Every call may be repeated without harm.
 *
 * <p>Errors are {@link PluginException}s with these codes: {@link #DENIED} (permanent until the settings change), {@link #DOWN} (temporary), {@link #FOREIGN}
 * (permanent: the name has a record that Carrel has not made, of another kind).
 */
public non-sealed interface Dns extends Extension {
    /** The service does not let us do it. */
    String DENIED = "dns.denied";
    /** The service does not answer, or not now. */
    String DOWN = "dns.down";
    /** Somebody else uses that name. */
    String FOREIGN = "dns.foreign";

    /** Which service, for logs and pages: its kind and place, no credentials. */
    String name();

    /** The zone, in lower case without a dot at its end: {@code lab.example.org}. Asked once. */
    String domain();

    /**
     * Makes a name lead somewhere, in place of where it led before; a name has one kind of record, so that one of the other kind is refused with
     * {@link #FOREIGN}.
     *
     * @throws IllegalArgumentException when the name is not below {@link #domain}
     */
    Change put(Entry entry);

    /** Takes a name away, if it is there. */
    Change delete(String name, Kind kind);

    /** Where a name leads, as the service has it; it may not have told everybody yet. */
    Optional<Entry> find(String name, Kind kind);

    /** Whether every server of the service has a change; asked every few seconds until so. A change that it has forgotten counts as done. */
    boolean synced(Change change);

    /** Refuses a name that is not below the zone. */
    static String checkedName(String name, String domain) {
        if (!name.endsWith("." + domain)) {
            throw new IllegalArgumentException("name: \"" + name + "\" (expected: one below " + domain + ")");
        }
        return name;
    }

    /** Kinds of records. */
    enum Kind {
        /** Addresses, IPv4. */
        A,
        /** Another name. */
        CNAME
    }

    /**
     * A name and where it leads.
     *
     * @param name in lower case without a dot at its end
     * @param values of A: 1 to 20 IPv4 addresses, none twice; of CNAME: one name
     * @param ttl how long others may remember it; 1 s to 1 day, whole seconds
     */
    record Entry(String name, Kind kind, List<String> values, Duration ttl) {
        private static final Pattern NAME = Pattern.compile(
                "(\\*\\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
        private static final Pattern IPV4 = Pattern.compile(
                "((25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])\\.){3}(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])");
        private static final int LONGEST = 253;
        private static final int MOST = 20;

        /** Refuses what no server would take. */
        public Entry {
            values = List.copyOf(values);
            checkName("name", name);
            boolean many = values.size() > (kind == Kind.A ? MOST : 1);
            if (values.isEmpty() || many || values.stream().distinct().count() < values.size()) {
                throw new IllegalArgumentException("values: " + values + " (expected: "
                        + (kind == Kind.A ? "1 to " + MOST + " addresses, none twice)" : "one name)"));
            }
            for (String value : values) {
                if (kind == Kind.CNAME) {
                    checkName("value", value);
                } else if (!IPV4.matcher(value).matches()) {
                    throw new IllegalArgumentException("value: \"" + value + "\" (expected: an address as 192.0.2.1)");
                }
            }
            if (ttl.compareTo(Duration.ofSeconds(1)) < 0
                    || ttl.compareTo(Duration.ofDays(1)) > 0
                    || ttl.toNanosPart() != 0) {
                throw new IllegalArgumentException("ttl: " + ttl + " (expected: 1 s to 1 day, whole seconds)");
            }
        }

        private static void checkName(String what, String name) {
            if (name.length() > LONGEST || !NAME.matcher(name).matches()) {
                throw new IllegalArgumentException(
                        what + ": \"" + name + "\" (expected: as m1.lab.example.org, in lower case)");
            }
        }
    }

    /**
     * A change that is on its way.
     *
     * @param id the plugin's own word for it
     */
    record Change(String id) {}
}
