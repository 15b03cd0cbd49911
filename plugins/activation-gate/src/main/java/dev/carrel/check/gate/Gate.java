/* Copyright the Carrel authors. */
package dev.carrel.check.gate;

import dev.carrel.plugin.Database;
import dev.carrel.plugin.table.Comparison;
import dev.carrel.plugin.table.Query;
import dev.carrel.plugin.table.RowKey;
import dev.carrel.plugin.table.Table;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The queue, the count of the last hour, and the door. Any thread, any engine: whoever changes a row does so under the condition that it is what was read. People
 * who come in the same moment may each find the last place of the hour free, so a few more than the rate may get in.
 */
final class Gate {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final int ATTEMPTS = 5;

    private final Table<Person> people;
    private final Table<Door> doors;
    private final GateSettings settings;
    private final Clock clock;
    private final BooleanSupplier mails;

    /** @param mails whether there is somebody who sends mail */
    Gate(Database database, GateSettings settings, Clock clock, BooleanSupplier mails) {
        this.people = database.open(Person.class);
        this.doors = database.open(Door.class);
        this.settings = settings;
        this.clock = clock;
        this.mails = mails;
    }

    /** How many of each, and how the door stands. */
    record View(Mode mode, @Nullable Mode chosen, boolean closed, long lastHour, long waiting, long held) {}

    /**
     * What becomes of somebody; asking again changes nothing.
     *
     * @param email only one that somebody vouches for
     */
    Verdict judge(String account, Optional<String> email, String method) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Optional<Verdict> verdict =
                    people.get(account).map(this::known).orElseGet(() -> stranger(account, email, method));
            if (verdict.isPresent()) {
                return verdict.get();
            }
        }
        throw new IllegalStateException("the row of " + account + " changes too fast (try again)");
    }

    /** Empty when the row has changed meanwhile. */
    private Optional<Verdict> known(Person person) {
        return switch (person.state()) {
            case ACTIVE -> Optional.of(Verdict.IN);
            case HELD -> Optional.of(Verdict.HELD);
            case WAITING ->
                mode(door()) == Mode.OPEN ? letQuietly(person).map(_ -> Verdict.IN) : Optional.of(Verdict.WAITING);
        };
    }

    private Optional<Verdict> stranger(String account, Optional<String> email, String method) {
        boolean in = mayPass();
        if (!in && waiting() >= settings.maxWaiting()) {
            return Optional.of(Verdict.FULL);
        }
        Person.State state = in ? Person.State.ACTIVE : Person.State.WAITING;
        Person person = fresh(account, state, email, method);
        return people.insert(person).map(_ -> in ? Verdict.IN : Verdict.WAITING);
    }

    /** Whether one more is let in at once. Nobody gets past those who wait. */
    private boolean mayPass() {
        Door door = door();
        return switch (mode(door)) {
            case OPEN -> true;
            case HOLD -> false;
            case AUTOMATIC -> {
                boolean over = !door.closed() && lastHour() + 1 > settings.closesAbove();
                if (over) {
                    close(door, true);
                }
                yield !door.closed() && !over && queue(1).isEmpty();
            }
        };
    }

    /** Opens or closes the door as the last hour's count wants it, and says how many may be let in now. */
    long settle() {
        Door door = door();
        long hour = lastHour();
        boolean closed = door.closed() ? hour >= settings.opensBelow() : hour > settings.closesAbove();
        if (closed != door.closed()) {
            close(door, closed);
        }
        return switch (mode(door)) {
            case OPEN -> settings.maxActivationsPerRun();
            case HOLD -> 0;
            case AUTOMATIC ->
                closed
                        ? 0
                        : Math.clamp((long) settings.closesAbove() - hour, 0L, (long) settings.maxActivationsPerRun());
        };
    }

    /** Those who wait, who came first first. */
    List<Person> queue(int limit) {
        return people.query(Query.ofIndex("of_state", Person.State.WAITING).limit(limit))
                .rows();
    }

    /** Those whom an administrator has put on hold. */
    List<Person> held(int limit) {
        return people.query(Query.ofIndex("of_state", Person.State.HELD).limit(limit))
                .rows();
    }

    /** Those whose mail is to be sent by now. */
    List<Person> due(int limit) {
        return people.query(Query.ofIndex("of_mail", Person.Mail.DUE)
                        .range(Comparison.le("mailFrom", clock.instant()))
                        .limit(limit))
                .rows();
    }

    /** Lets one in who waits, and has them told; empty when the row has changed meanwhile. */
    Optional<Person> let(Person person) {
        return people.replace(
                person.let(clock.instant(), mails.getAsBoolean(), person.mailId()),
                Comparison.eq("state", person.state()));
    }

    /** The same for one who stands at the door and needs no mail. */
    private Optional<Person> letQuietly(Person person) {
        return people.replace(
                person.let(clock.instant(), false, person.mailId()), Comparison.eq("state", Person.State.WAITING));
    }

    /** An administrator lets somebody in, whether they have come yet or not. False when they were in already. */
    boolean let(String account) {
        return changed(account, true, person -> switch (person.state()) {
            case ACTIVE -> Optional.empty();
            case WAITING, HELD -> Optional.of(person.let(clock.instant(), mails.getAsBoolean(), person.mailId()));
        });
    }

    /** An administrator keeps somebody from being let in, for now, whether they have come yet or not. False when they were on hold already. */
    boolean hold(String account) {
        return changed(account, true, person -> switch (person.state()) {
            case HELD -> Optional.empty();
            case WAITING, ACTIVE -> Optional.of(person.held(clock.instant()));
        });
    }

    /** An administrator gives somebody their place in the queue back. False when they were not on hold. */
    boolean release(String account) {
        return changed(account, false, person -> switch (person.state()) {
            case HELD -> Optional.of(person.waiting());
            case WAITING, ACTIVE -> Optional.empty();
        });
    }

    private boolean changed(String account, boolean evenNew, Function<Person, Optional<Person>> change) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Optional<Person> known = people.get(account);
            if (known.isEmpty() && !evenNew) {
                return false;
            }
            if (known.isEmpty()) {
                people.insert(fresh(account, Person.State.WAITING, Optional.empty(), "administrator"));
                continue;
            }
            Optional<Person> next = change.apply(known.get());
            if (next.isEmpty() || people.replace(next.get()).isPresent()) {
                return next.isPresent();
            }
        }
        throw new IllegalStateException("the row of " + account + " changes too fast (try again)");
    }

    private Person fresh(String account, Person.State state, Optional<String> email, String method) {
        Instant now = clock.instant();
        String mailId = UUID.randomUUID().toString();
        return new Person(account, state, now, now, email.orElse(null), method, Person.Mail.NONE, now, mailId, 0);
    }

    /** Notes what has become of a mail; nothing when the row has changed meanwhile. */
    void mailed(Person person, Person.Mail mail, Instant from) {
        people.replace(person.mail(mail, from));
    }

    /** Forgets people who were let in before then, at most so many. Whoever has not come by then gets in line anew. */
    int forget(Instant before, int limit) {
        List<Person> old = people.query(Query.ofIndex("of_state", Person.State.ACTIVE)
                        .range(Comparison.lt("since", before))
                        .limit(limit))
                .rows();
        return (int) old.stream()
                .filter(person -> people.delete(
                        RowKey.of(person.account()),
                        Comparison.eq("state", Person.State.ACTIVE),
                        Comparison.lt("since", before)))
                .count();
    }

    Optional<Person> find(String account) {
        return people.get(account);
    }

    /** The place in the queue; the first is 1. */
    long place(Person person) {
        return people.count(
                        Query.ofIndex("of_state", Person.State.WAITING).range(Comparison.lt("since", person.since())))
                + 1;
    }

    /** An administrator chooses; empty for what the settings say. */
    void choose(Optional<Mode> mode) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Door door = door();
            if (doors.replace(new Door(Door.ONLY, mode.orElse(null), door.closed(), clock.instant(), door.version()))
                    .isPresent()) {
                return;
            }
        }
        throw new IllegalStateException("the gate's row changes too fast (try again)");
    }

    View view() {
        Door door = door();
        return new View(mode(door), door.chosen(), door.closed(), lastHour(), waiting(), heldCount());
    }

    private Mode mode(Door door) {
        return door.chosen() == null ? settings.mode() : door.chosen();
    }

    private Door door() {
        Optional<Door> known = doors.get(Door.ONLY);
        if (known.isPresent()) {
            return known.get();
        }
        doors.insert(new Door(Door.ONLY, null, false, clock.instant(), 0));
        return doors.get(Door.ONLY)
                .orElseThrow(() -> new IllegalStateException("the row of the gate went away (try again)"));
    }

    /** When somebody else was faster, they have seen the same count. */
    private void close(Door door, boolean closed) {
        doors.replace(new Door(Door.ONLY, door.chosen(), closed, clock.instant(), door.version()));
    }

    private long lastHour() {
        return people.count(Query.ofIndex("of_state", Person.State.ACTIVE)
                .range(Comparison.gt("since", clock.instant().minus(HOUR))));
    }

    private long waiting() {
        return people.count(Query.ofIndex("of_state", Person.State.WAITING));
    }

    private long heldCount() {
        return people.count(Query.ofIndex("of_state", Person.State.HELD));
    }
}
