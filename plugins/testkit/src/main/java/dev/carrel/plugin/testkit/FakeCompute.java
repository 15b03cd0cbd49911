/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import dev.carrel.plugin.Compute;
import dev.carrel.plugin.PluginException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/** A group of machines in memory, for tests of what decides about them. It passes the suite of this kit. Any thread. */
public final class FakeCompute implements Compute, Compute.Scaling {
    private static final int LEAST = 1;
    private static final int MOST = 5;

    private final Group group;
    private final String id;
    private final Set<Fault> faults;

    /** What can be wrong with machines, for the kit's tests of itself. */
    enum Fault {
        SELF_MISSING,
        GONE_LISTED,
        UNSORTED,
        MEASURES_ADD_UP,
        STALE_COUNTS,
        OTHERS_UNSEEN,
        UNKNOWN_IS_RECENT,
        NEWEST_IS_OLD,
        TERMINATE_ONCE_ONLY,
        TERMINATE_IGNORED,
        GROW_TWICE,
        MOST_IGNORED,
        PROTECTION_LOST,
        MEASURES_UNCHECKED
    }

    /** A measure and when it was published. */
    private record Published(double value, Instant at) {}

    private static final class Group {
        private final NavigableMap<String, Instance> machines = new TreeMap<>();
        private final Map<String, Map<String, Published>> measures = new HashMap<>();
        private final Set<String> wishes = new HashSet<>();
        private Instant now = Instant.parse("2026-01-01T00:00:00Z");
        private int made;
    }

    /** A group of one machine with the image {@code carrel-1}. */
    public FakeCompute() {
        this(EnumSet.noneOf(Fault.class));
    }

    private FakeCompute(Set<Fault> faults) {
        this.faults = faults;
        this.group = new Group();
        this.id = add("carrel-1");
    }

    private FakeCompute(Group group, String id, Set<Fault> faults) {
        this.group = group;
        this.id = id;
        this.faults = faults;
    }

    static FakeCompute broken(Set<Fault> faults) {
        return new FakeCompute(faults);
    }

    private boolean has(Fault fault) {
        return faults.contains(fault);
    }

    private String add(String image) {
        synchronized (group) {
            group.made++;
            String made = "i-" + group.made;
            String address = "10.0.0." + group.made;
            group.machines.put(
                    made,
                    new Instance(
                            made,
                            made + ".lab.example.org",
                            "192.0.2." + group.made,
                            address,
                            address,
                            image,
                            group.now,
                            false));
            return made;
        }
    }

    /** What a further machine of the group sees. */
    public FakeCompute another(String image) {
        return new FakeCompute(group, add(image), faults);
    }

    /** Lets time pass. */
    public void pass(Duration time) {
        synchronized (group) {
            group.now = group.now.plus(time);
        }
    }

    private Instance known(String instance) {
        Instance found = group.machines.get(instance);
        if (found == null) {
            throw PluginException.permanent(
                    UNKNOWN,
                    PluginException.Blame.USER,
                    "no machine " + instance + " in the group (there are: " + group.machines.keySet() + ")",
                    null);
        }
        return found;
    }

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public String installId() {
        return "fake";
    }

    @Override
    public Instance self() {
        synchronized (group) {
            return known(id);
        }
    }

    @Override
    public List<Instance> instances() {
        synchronized (group) {
            List<Instance> all = List.copyOf(
                    has(Fault.UNSORTED) ? group.machines.descendingMap().values() : group.machines.values());
            return has(Fault.SELF_MISSING)
                    ? all.stream().filter(one -> !one.id().equals(id)).toList()
                    : all;
        }
    }

    @Override
    public void publish(List<Measure> measures) {
        List<Measure> checked = has(Fault.MEASURES_UNCHECKED) ? measures : Measure.checked(measures);
        synchronized (group) {
            for (Measure measure : checked) {
                Map<String, Published> of = group.measures.computeIfAbsent(measure.name(), _ -> new TreeMap<>());
                Published before = of.get(id);
                double add = before != null && has(Fault.MEASURES_ADD_UP) ? before.value() : 0;
                of.put(id, new Published(measure.value() + add, group.now));
            }
        }
    }

    @Override
    public Map<String, Double> latest(String measure) {
        synchronized (group) {
            Map<String, Double> latest = new TreeMap<>();
            Instant oldest = has(Fault.STALE_COUNTS) ? Instant.MIN : group.now.minus(FRESH);
            group.measures.getOrDefault(measure, Map.of()).forEach((machine, published) -> {
                boolean there = group.machines.containsKey(machine) || has(Fault.GONE_LISTED);
                boolean seen = machine.equals(id) || !has(Fault.OTHERS_UNSEEN);
                if (there && seen && !published.at().isBefore(oldest)) {
                    latest.put(machine, published.value());
                }
            });
            return latest;
        }
    }

    @Override
    public int recentness(String instance) {
        synchronized (group) {
            if (has(Fault.UNKNOWN_IS_RECENT) && !group.machines.containsKey(instance)) {
                return 0;
            }
            String own = known(instance).image();
            boolean newer =
                    group.machines.values().stream().anyMatch(one -> one.image().compareTo(own) > 0);
            boolean older =
                    group.machines.values().stream().anyMatch(one -> one.image().compareTo(own) < 0);
            return newer || older && has(Fault.NEWEST_IS_OLD) ? -1 : older ? 1 : 0;
        }
    }

    @Override
    public void terminate(String instance) {
        synchronized (group) {
            if (has(Fault.TERMINATE_ONCE_ONLY)) {
                known(instance);
            }
            if (!has(Fault.TERMINATE_IGNORED)) {
                group.machines.remove(instance);
            }
        }
    }

    @Override
    public Bounds bounds() {
        synchronized (group) {
            return new Bounds(LEAST, group.machines.size(), MOST);
        }
    }

    @Override
    public void grow(String wish, int machines) {
        synchronized (group) {
            if (!has(Fault.GROW_TWICE) && group.wishes.contains(wish)) {
                return;
            }
            if (group.machines.size() + machines > MOST && !has(Fault.MOST_IGNORED)) {
                throw PluginException.permanent(
                        LIMIT,
                        PluginException.Blame.RESOURCES,
                        machines + " more than " + group.machines.size() + " (expected: at most " + MOST
                                + " machines; raise the group's limit)",
                        null);
            }
            group.wishes.add(wish);
            for (int i = 0; i < machines; i++) {
                add("carrel-1");
            }
        }
    }

    @Override
    public void protect(String instance, boolean on) {
        synchronized (group) {
            Instance one = known(instance);
            if (!has(Fault.PROTECTION_LOST)) {
                group.machines.put(
                        instance,
                        new Instance(
                                one.id(),
                                one.publicHost(),
                                one.publicAddress(),
                                one.localHost(),
                                one.localAddress(),
                                one.image(),
                                one.started(),
                                on));
            }
        }
    }
}
