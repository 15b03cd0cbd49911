/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import dev.carrel.plugin.Dns;
import dev.carrel.plugin.PluginException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** A zone in memory, for tests of what gives machines names. A change is synced when it has been asked for once. It passes the suite of this kit. Any thread. */
public final class FakeDns implements Dns {
    private final Map<String, Entry> entries = new TreeMap<>();
    private final Map<String, Boolean> changes = new TreeMap<>();
    private final Set<Fault> faults;
    private boolean down;

    /** What can be wrong with names, for the kit's tests of itself. */
    enum Fault {
        PUT_ADDS,
        ONE_ADDRESS,
        TTL_LOST,
        DELETE_NEEDS_IT,
        DELETE_KEEPS,
        DELETE_ANY_KIND,
        OTHER_KIND_OVERWRITES,
        ZONE_UNCHECKED,
        NEVER_SYNCED,
        FORGOTTEN_IS_OPEN
    }

    /** The zone {@code lab.example.org}, empty. */
    public FakeDns() {
        this(EnumSet.noneOf(Fault.class));
    }

    private FakeDns(Set<Fault> faults) {
        this.faults = faults;
    }

    static FakeDns broken(Set<Fault> faults) {
        return new FakeDns(faults);
    }

    /** From now on every change fails as when the service is down, or no longer. */
    public synchronized void down(boolean isDown) {
        down = isDown;
    }

    private boolean has(Fault fault) {
        return faults.contains(fault);
    }

    private void check(String name) {
        if (!has(Fault.ZONE_UNCHECKED)) {
            Dns.checkedName(name, domain());
        }
        if (down) {
            throw PluginException.temporary(
                    DOWN,
                    PluginException.Blame.EXTERNAL,
                    Duration.ofSeconds(1),
                    "the fake zone is down (start it)",
                    null);
        }
    }

    private Change change() {
        String id = "change-" + (changes.size() + 1);
        changes.put(id, false);
        return new Change(id);
    }

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public String domain() {
        return "lab.example.org";
    }

    @Override
    public synchronized Change put(Entry entry) {
        check(entry.name());
        Entry before = entries.get(entry.name());
        if (before != null && before.kind() != entry.kind() && !has(Fault.OTHER_KIND_OVERWRITES)) {
            throw PluginException.permanent(
                    FOREIGN,
                    PluginException.Blame.USER,
                    entry.name() + " is a " + before.kind() + " already (delete that first)",
                    null);
        }
        List<String> values =
                new ArrayList<>(has(Fault.ONE_ADDRESS) ? entry.values().subList(0, 1) : entry.values());
        if (before != null && has(Fault.PUT_ADDS)) {
            before.values().stream().filter(value -> !values.contains(value)).forEach(values::add);
        }
        Duration ttl = has(Fault.TTL_LOST) ? Duration.ofMinutes(5) : entry.ttl();
        List<String> kept = entry.kind() == Kind.CNAME ? values.subList(0, 1) : values;
        entries.put(entry.name(), new Entry(entry.name(), entry.kind(), kept, ttl));
        return change();
    }

    @Override
    public synchronized Change delete(String name, Kind kind) {
        check(name);
        Entry before = entries.get(name);
        boolean right = before != null && (before.kind() == kind || has(Fault.DELETE_ANY_KIND));
        if (!right && has(Fault.DELETE_NEEDS_IT)) {
            throw PluginException.permanent(FOREIGN, PluginException.Blame.USER, name + " is not there", null);
        }
        if (right && !has(Fault.DELETE_KEEPS)) {
            entries.remove(name);
        }
        return change();
    }

    @Override
    public synchronized Optional<Entry> find(String name, Kind kind) {
        check(name);
        return Optional.ofNullable(entries.get(name)).filter(entry -> entry.kind() == kind);
    }

    @Override
    public synchronized boolean synced(Change change) {
        Boolean asked = changes.put(change.id(), true);
        if (asked == null) {
            return !has(Fault.FORGOTTEN_IS_OPEN);
        }
        return asked && !has(Fault.NEVER_SYNCED);
    }
}
