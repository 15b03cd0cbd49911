/* Copyright the Carrel authors. */
package dev.carrel.engine.function;

import dev.carrel.engine.event.Events;
import dev.carrel.engine.function.FunctionStore.Change;
import dev.carrel.engine.function.FunctionStore.Changed;
import dev.carrel.engine.signin.AuditEvent;
import dev.carrel.engine.signin.AuditLog;
import dev.carrel.engine.signin.Caller;
import dev.carrel.engine.signin.Refusal;
import dev.carrel.plugin.Event.FunctionChanged;
import dev.carrel.protocol.name.Printable;
import dev.carrel.protocol.name.UserName;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;

/**
 * Publishes functions and changes what is published. A change is in force for calls of this instance when the method returns, for those of others a
 * second or two later. Who may ask for it is the caller's matter. Any thread.
 */
public final class Publishing {
    /** As many secrets a function may have. */
    public static final int MOST_SECRETS = 64;
    /** Characters that the secrets of a function may have together, sealed. */
    private static final int SECRETS_TOGETHER = 96 * 1024;

    private static final int MOST_ALIASES = 32;
    private static final int MOST_SHARED = 200;

    private final FunctionStore store;
    private final PublishedFunctions published;
    private final FunctionSecrets sealing;
    private final FunctionSettings settings;
    private final ScheduleSettings schedules;
    private final Events events;
    private final AuditLog audit;
    private final Clock clock;

    /** Built by Guice. */
    @Inject
    Publishing(
            FunctionStore store,
            PublishedFunctions published,
            FunctionSecrets sealing,
            FunctionSettings settings,
            ScheduleSettings schedules,
            Events events,
            AuditLog audit,
            Clock clock) {
        this.store = store;
        this.published = published;
        this.sealing = sealing;
        this.settings = settings;
        this.schedules = schedules;
        this.events = events;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * What came of publishing.
     *
     * @param number the version that is what was published
     * @param fresh whether there was no such function before
     * @param added whether the version is new; else what was published is what it was already
     */
    public record Published(FunctionHead function, long number, boolean fresh, boolean added) {}

    /** The function as the database has it. */
    public Optional<FunctionHead> find(FunctionId function) {
        return store.find(function);
    }

    /** Those of an owner, by name. */
    public List<FunctionHead> of(UserName owner) {
        return store.of(owner);
    }

    /** Those of everybody. */
    public List<FunctionHead> all() {
        return store.all();
    }

    /** What is told to a user of somebody else's functions that they may call, for they are named: at most 200, by owner and name. */
    public List<FunctionVersion> sharedWith(UserName user) {
        return store.sharedWith(user, MOST_SHARED).stream()
                .flatMap(function -> published.find(function, "").stream())
                .filter(version -> names(version.spec().access(), user))
                .toList();
    }

    private static boolean names(FunctionSpec.CallAccess access, UserName user) {
        return access.visibility() == FunctionSpec.Visibility.USERS
                && access.users().contains(user.value());
    }

    /** Its versions, newest first. */
    public List<FunctionStore.VersionNote> versions(FunctionHead function) {
        return store.versions(function);
    }

    /** One of its versions, if it is kept. */
    public Optional<FunctionVersion> version(FunctionHead function, long number) {
        return function.versions().containsKey(number)
                ? store.version(function.id(), number).map(function::inForce)
                : Optional.empty();
    }

    /**
     * Publishes a version, or finds that it is what the active or the newest one is.
     *
     * @param spec checked by {@link SpecRules}
     * @param secrets that are set with it; those that are not named stay
     * @param activate whether calls get it from now on; a function's first version is active only then, too
     * @throws Refusal conflict, when the owner has as many functions as may be; invalid
     */
    public Published publish(
            FunctionId function, FunctionSpec spec, Map<String, String> secrets, boolean activate, Caller caller) {
        if (!secrets.isEmpty() && JuliaBox.serves(spec.runtime())) {
            throw new Refusal(
                    Refusal.Kind.INVALID,
                    "secrets: " + secrets.size()
                            + " (expected: none: JuliaBox's protocol tells a worker its code alone)");
        }
        Instant now = now();
        FunctionHead.Kept kept = FunctionHead.Kept.of(spec);
        String digest = kept.digest();
        Changed changed = change(function, head -> {
            if (!head.exists() && store.of(function.owner()).size() >= settings.maxFunctions()) {
                throw full();
            }
            long same = same(head, digest);
            FunctionHead after = secrets.isEmpty() ? head : withSecrets(head, secrets, now);
            long number = same > 0 ? same : head.next();
            after = same > 0 ? after : after.with(kept, now);
            after = after.meaning(spec.access().users(), now);
            after = activate ? after.activating(number, now) : after;
            return new Change(
                    after.keeping(settings.keepVersions()),
                    same > 0
                            ? Optional.empty()
                            : Optional.of(new FunctionVersion(
                                    function, number, notBefore(after.created(), now), caller.name(), spec)));
        });
        boolean fresh = !changed.before().exists();
        if (fresh && store.of(function.owner()).size() > settings.maxFunctions()) {
            // Others published at the same moment: counted afterwards, so that there are never more.
            change(function, head -> new Change(head.gone(now)));
            throw full();
        }
        long number = same(changed.after(), digest);
        boolean added = !changed.before().versions().containsKey(number);
        if (added) {
            tell(caller, "function.published", function, number, FunctionChanged.Change.PUBLISHED);
        }
        if (!changed.before().secrets().equals(changed.after().secrets())) {
            note(caller, "function.secrets.set", function, String.join(", ", secrets.keySet()));
        }
        activated(changed, caller, "function.activated");
        return new Published(changed.after(), number, fresh, added);
    }

    /** A version is never older than its function, even when another instance, whose clock is ahead, made that a moment ago. */
    private static Instant notBefore(Instant first, Instant now) {
        return now.isBefore(first) ? first : now;
    }

    /** The version that has this digest: the active one, else the newest; 0 for neither. */
    private static long same(FunctionHead head, String digest) {
        List<Long> numbers =
                head.exists() ? List.of(head.active(), head.versions().lastKey()) : List.of();
        for (Long number : numbers) {
            FunctionHead.Kept kept = head.versions().get(number);
            if (kept != null && kept.digest().equals(digest)) {
                return number;
            }
        }
        return 0;
    }

    private Refusal full() {
        return new Refusal(
                Refusal.Kind.CONFLICT,
                settings.maxFunctions() + " functions are published already (delete one of them first)");
    }

    /**
     * Lets calls get this version from now on.
     *
     * @throws Refusal unknown
     */
    public FunctionHead activate(FunctionId function, long number, Caller caller) {
        Instant now = now();
        Changed changed = change(function, head -> {
            there(head, number);
            return new Change(head.activating(number, now));
        });
        activated(changed, caller, "function.activated");
        return changed.after();
    }

    /**
     * Lets calls get the version that was active before from now on.
     *
     * @throws Refusal unknown; conflict when none was, or it is no longer kept
     */
    public FunctionHead rollback(FunctionId function, Caller caller) {
        Instant now = now();
        Changed changed = change(function, head -> {
            there(head);
            if (head.activations().size() < 2) {
                throw new Refusal(
                        Refusal.Kind.CONFLICT,
                        "no version of " + function + " was active before this one (expected: one that is kept)");
            }
            return new Change(head.rolledBack(now));
        });
        activated(changed, caller, "function.rolled-back");
        return changed.after();
    }

    /**
     * Gives a version a name, or takes the name from another one.
     *
     * @throws Refusal unknown, invalid, conflict
     */
    public FunctionHead alias(FunctionId function, String alias, long number, Caller caller) {
        if (!alias.matches("[a-z][a-z0-9-]{0,30}")) {
            throw new Refusal(
                    Refusal.Kind.INVALID,
                    "alias: " + Printable.quote(alias)
                            + " (expected: 1 to 31 characters of a-z 0-9 -, beginning with a letter)");
        }
        return aliases(function, alias, caller, "function.alias.set", (head, aliases) -> {
            there(head, number);
            aliases.put(alias, number);
            if (aliases.size() > MOST_ALIASES) {
                throw new Refusal(
                        Refusal.Kind.CONFLICT, MOST_ALIASES + " aliases are there already (delete one of them first)");
            }
            return aliases;
        });
    }

    /**
     * Takes a name away.
     *
     * @throws Refusal unknown
     */
    public FunctionHead removeAlias(FunctionId function, String alias, Caller caller) {
        return aliases(function, alias, caller, "function.alias.deleted", (_, aliases) -> {
            if (aliases.remove(alias) == null) {
                throw new Refusal(
                        Refusal.Kind.UNKNOWN, function + " has no version with the alias " + Printable.quote(alias));
            }
            return aliases;
        });
    }

    private FunctionHead aliases(
            FunctionId function,
            String alias,
            Caller caller,
            String action,
            BiFunction<FunctionHead, SortedMap<String, Long>, SortedMap<String, Long>> edit) {
        Instant now = now();
        Changed changed = change(function, head -> {
            there(head);
            return new Change(head.aliases(aliases -> edit.apply(head, aliases), now));
        });
        if (changed.note().isPresent()) {
            note(caller, action, function, alias + " " + changed.after().number(alias));
        }
        return changed.after();
    }

    /**
     * Sets a secret. Workers that run keep the former one; those that start afterwards get it.
     *
     * @throws Refusal unknown, invalid, conflict
     */
    public void setSecret(FunctionId function, String name, String value, Caller caller) {
        Instant now = now();
        Changed changed = change(function, head -> {
            there(head);
            return new Change(withSecrets(head, Map.of(name, value), now));
        });
        if (changed.note().isPresent()) {
            note(caller, "function.secrets.set", function, name);
        }
    }

    /**
     * Removes a secret.
     *
     * @throws Refusal unknown
     */
    public void removeSecret(FunctionId function, String name, Caller caller) {
        Instant now = now();
        change(function, head -> {
            there(head);
            TreeMap<String, String> left = new TreeMap<>(head.secrets());
            if (left.remove(name) == null) {
                throw new Refusal(Refusal.Kind.UNKNOWN, function + " has no secret " + Printable.quote(name));
            }
            return new Change(head.secrets(left, now));
        });
        note(caller, "function.secrets.deleted", function, name);
    }

    private FunctionHead withSecrets(FunctionHead head, Map<String, String> secrets, Instant now) {
        TreeMap<String, String> after = new TreeMap<>(head.secrets());
        secrets.forEach((name, value) -> {
            SpecRules.secret(name, value);
            if (!sealing.same(head, name, value)) {
                after.put(name, sealing.seal(head.id(), name, value));
            }
        });
        if (after.size() > MOST_SECRETS) {
            throw new Refusal(
                    Refusal.Kind.CONFLICT,
                    "secrets: " + after.size() + " (expected: at most " + MOST_SECRETS + "; delete some first)");
        }
        if (after.values().stream().mapToInt(String::length).sum() > SECRETS_TOGETHER) {
            throw new Refusal(
                    Refusal.Kind.CONFLICT, "secrets: too many or too long ones (expected: at most 64 KiB together)");
        }
        return after.equals(head.secrets()) ? head : head.secrets(after, now);
    }

    /**
     * Deletes a function with its versions, aliases and secrets.
     *
     * @throws Refusal unknown
     */
    public void delete(FunctionId function, Caller caller) {
        Instant now = now();
        Changed changed = change(function, head -> {
            there(head);
            return new Change(head.gone(now));
        });
        tell(caller, "function.deleted", function, changed.before().active(), FunctionChanged.Change.DELETED);
    }

    private Changed change(FunctionId function, FunctionStore.Decision decision) {
        Changed changed = store.change(function, head -> {
            Change decided = decision.decide(head);
            if (decided.after().scheduled() && !head.scheduled()) {
                roomForASchedule(function.owner());
            }
            return decided;
        });
        changed.note().ifPresent(published::changed);
        return changed;
    }

    /** Those that get a schedule at the same moment do not see one another, so there may be a few more. */
    private void roomForASchedule(UserName owner) {
        long scheduled =
                store.of(owner).stream().filter(FunctionHead::scheduled).count();
        if (scheduled >= schedules.maxPerOwner()) {
            throw new Refusal(
                    Refusal.Kind.CONFLICT,
                    "schedule: " + scheduled + " functions of " + owner
                            + " have one already, which is as many as may (publish one of them without it first)");
        }
    }

    private static void there(FunctionHead head) {
        if (!head.exists()) {
            throw new Refusal(Refusal.Kind.UNKNOWN, "there is no function " + head.id());
        }
    }

    private static void there(FunctionHead head, long number) {
        there(head);
        if (!head.versions().containsKey(number)) {
            throw new Refusal(
                    Refusal.Kind.UNKNOWN,
                    "there is no version " + number + " of " + head.id() + " (kept: "
                            + head.versions().firstKey() + " to "
                            + head.versions().lastKey() + ", " + head.versions().size() + " of them)");
        }
    }

    private void activated(Changed changed, Caller caller, String action) {
        long active = changed.after().active();
        if (active != changed.before().active()) {
            tell(caller, action, changed.after().id(), active, FunctionChanged.Change.ACTIVATED);
        }
    }

    private void tell(Caller caller, String action, FunctionId function, long number, FunctionChanged.Change change) {
        note(caller, action, function, "version " + number);
        events.publish(new FunctionChanged(
                clock.instant(), function.owner().value(), function.name().value(), number, change, ""));
    }

    private void note(Caller caller, String action, FunctionId function, String result) {
        audit.append(new AuditEvent(
                clock.instant(),
                caller.name(),
                action,
                function.toString(),
                caller.remote(),
                caller.requestId(),
                result));
    }

    /** As precise as the database keeps it. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}
