/* Copyright the Carrel authors. */
package dev.carrel.engine.function;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * All of a function that changes: which of its versions is active, which are kept, what its aliases and secrets are. Immutable.
 *
 * @param next the number that its next version gets; outlives the function, so that no number is given twice
 * @param activations which versions were active, in order; the last one is. Empty while none has been
 * @param versions those that are kept, by number; none when there is no such function (any more)
 * @param aliases names for versions
 * @param secrets by the variable's name, sealed
 * @param forgotten names of users that versions hold, but whose accounts have ended since: a later person of the name is not meant
 * @param created when its first version was published
 * @param changed when anything of this was changed last
 */
public record FunctionHead(
        FunctionId id,
        long next,
        List<Long> activations,
        SortedMap<Long, Kept> versions,
        SortedMap<String, Long> aliases,
        SortedMap<String, String> secrets,
        Set<String> forgotten,
        Instant created,
        Instant changed) {
    /** As many activations are remembered for going back. */
    public static final int MOST_ACTIVATIONS = 50;

    /** Copies the collections. */
    public FunctionHead {
        activations = List.copyOf(activations);
        versions = Collections.unmodifiableSortedMap(new TreeMap<>(versions));
        aliases = Collections.unmodifiableSortedMap(new TreeMap<>(aliases));
        secrets = Collections.unmodifiableSortedMap(new TreeMap<>(secrets));
        forgotten = Set.copyOf(forgotten);
    }

    /**
     * What must be known of a version without reading it.
     *
     * @param digest of its specification: two with the same are the same
     * @param minWorkers that it wants even when nobody calls
     * @param shared whether it is for named users
     * @param scheduled whether it runs by itself
     */
    public record Kept(String digest, int minWorkers, boolean shared, boolean scheduled) {
        /** That of a specification. */
        public static Kept of(FunctionSpec spec) {
            return new Kept(
                    SpecJson.digest(SpecJson.write(spec)),
                    spec.limits().minWorkers(),
                    !spec.access().users().isEmpty(),
                    !spec.schedule().isEmpty());
        }
    }

    /** Of a function that nobody has published yet. */
    public static FunctionHead none(FunctionId id) {
        return new FunctionHead(
                id,
                1,
                List.of(),
                new TreeMap<>(),
                new TreeMap<>(),
                new TreeMap<>(),
                Set.of(),
                Instant.EPOCH,
                Instant.EPOCH);
    }

    /** Whether there is such a function. */
    public boolean exists() {
        return !versions.isEmpty();
    }

    /** The active version; 0 for none. */
    public long active() {
        return activations.isEmpty() ? 0 : activations.getLast();
    }

    /** Whether the active version wants workers even when nobody calls. */
    public boolean warm() {
        Kept kept = versions.get(active());
        return kept != null && kept.minWorkers() > 0;
    }

    /** Whether the active version runs by itself. */
    public boolean scheduled() {
        Kept kept = versions.get(active());
        return kept != null && kept.scheduled();
    }

    /**
     * The number behind a name.
     *
     * @param alias empty for the active version, else an alias or a number
     * @return 0 when there is none
     */
    public long number(String alias) {
        if (alias.isEmpty()) {
            return active();
        }
        if (alias.matches("[1-9]\\d{0,17}")) {
            long number = Long.parseLong(alias);
            return versions.containsKey(number) ? number : 0;
        }
        return aliases.getOrDefault(alias, 0L);
    }

    /** With the next version added. */
    FunctionHead with(Kept version, Instant now) {
        SortedMap<Long, Kept> more = new TreeMap<>(versions);
        more.put(next, version);
        return new FunctionHead(
                id, next + 1, activations, more, aliases, secrets, forgotten, exists() ? created : now, now);
    }

    /** With this version active. */
    FunctionHead activating(long number, Instant now) {
        if (active() == number) {
            return this;
        }
        List<Long> longer = new ArrayList<>(activations);
        longer.add(number);
        return new FunctionHead(
                id,
                next,
                longer.subList(Math.max(0, longer.size() - MOST_ACTIVATIONS), longer.size()),
                versions,
                aliases,
                secrets,
                forgotten,
                created,
                now);
    }

    /** As before the last activation; the same when there was none before it. */
    FunctionHead rolledBack(Instant now) {
        return activations.size() < 2
                ? this
                : new FunctionHead(
                        id,
                        next,
                        activations.subList(0, activations.size() - 1),
                        versions,
                        aliases,
                        secrets,
                        forgotten,
                        created,
                        now);
    }

    /** Without the oldest versions that are neither active nor have an alias, so that at most so many are left. */
    FunctionHead keeping(int most) {
        SortedMap<Long, Kept> left = new TreeMap<>(versions);
        for (Long number : versions.keySet()) {
            // The newest may be there for somebody who activates it in a moment.
            boolean wanted = number == active() || aliases.containsValue(number) || number == next - 1;
            if (left.size() > most && !wanted) {
                left.remove(number);
            }
        }
        List<Long> past = new ArrayList<>();
        for (Long number : activations) {
            // Going back goes to another version than the one that is left.
            if (left.containsKey(number) && (past.isEmpty() || !past.getLast().equals(number))) {
                past.add(number);
            }
        }
        return new FunctionHead(id, next, past, left, aliases, secrets, forgotten, created, changed);
    }

    /** With changed aliases. */
    FunctionHead aliases(UnaryOperator<SortedMap<String, Long>> change, Instant now) {
        SortedMap<String, Long> after = change.apply(new TreeMap<>(aliases));
        return after.equals(aliases)
                ? this
                : new FunctionHead(id, next, activations, versions, after, secrets, forgotten, created, now);
    }

    /** With changed secrets. */
    FunctionHead secrets(Map<String, String> after, Instant now) {
        return new FunctionHead(
                id, next, activations, versions, aliases, new TreeMap<>(after), forgotten, created, now);
    }

    /** With what a user's name in it means no more; the account of that name has ended. */
    public FunctionHead forgetting(String user, Instant now) {
        Set<String> more = new HashSet<>(forgotten);
        more.add(user);
        return new FunctionHead(id, next, activations, versions, aliases, secrets, more, created, now);
    }

    /** With these names meaning whoever bears them now. */
    FunctionHead meaning(List<String> users, Instant now) {
        Set<String> less = new HashSet<>(forgotten);
        return less.removeAll(users)
                ? new FunctionHead(id, next, activations, versions, aliases, secrets, less, created, now)
                : this;
    }

    /** A version as it is in force: without the names that mean nobody any more. */
    FunctionVersion inForce(FunctionVersion version) {
        FunctionSpec spec = version.spec();
        FunctionSpec.CallAccess access = spec.access();
        if (access.users().stream().noneMatch(forgotten::contains)) {
            return version;
        }
        List<String> left = access.users().stream()
                .filter(user -> !forgotten.contains(user))
                .toList();
        return new FunctionVersion(
                version.function(),
                version.number(),
                version.created(),
                version.publisher(),
                spec.with(
                        new FunctionSpec.CallAccess(access.visibility(), left, access.origins(), access.perSecond())));
    }

    /** What is left when it is deleted. */
    FunctionHead gone(Instant now) {
        return new FunctionHead(
                id, next, List.of(), new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), Set.of(), created, now);
    }

    @Override
    public String toString() {
        return "FunctionHead[" + id + ", active " + active() + " of " + versions.keySet() + "]";
    }
}
