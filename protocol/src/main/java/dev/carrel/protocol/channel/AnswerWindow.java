/* Copyright the Carrel authors. */
package dev.carrel.protocol.channel;

import dev.carrel.protocol.command.Command;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Remembers which requests were seen and what was answered, so that a request sent again is not carried out again. Bounded in number and
 * age. Used by the server's I/O thread only.
 *
 * <p>A request older than what the window still remembers cannot be told from a replay and is refused; so nothing that was ever carried out
 * is carried out twice, whatever is replayed in whatever order.
 */
final class AnswerWindow {
    private final int size;
    private final Duration age;
    private final Clock clock;
    private final Map<Key, Entry> entries = new LinkedHashMap<>();
    private Instant forgottenUpTo = Instant.MIN;

    private record Key(String client, String id) {}

    /** A request that was seen; {@code reply} is null while it is under way. */
    static final class Entry {
        private final Command command;
        private final Instant sentAt;
        private final Instant seenAt;
        private byte @Nullable [] reply;

        private Entry(Command command, Instant sentAt, Instant seenAt) {
            this.command = command;
            this.sentAt = sentAt;
            this.seenAt = seenAt;
        }

        byte @Nullable [] reply() {
            return reply;
        }

        void reply(byte[] bytes) {
            reply = bytes;
        }
    }

    /** What to do with a request. */
    sealed interface Verdict {
        /** It is new: carry it out. */
        record Fresh(Entry entry) implements Verdict {}

        /** It was sent again: its answer is stored, or will come. */
        record Repeated(Entry entry) implements Verdict {}

        /** It must not be carried out. */
        record Refused(String reason) implements Verdict {}
    }

    AnswerWindow(int size, Duration age, Clock clock) {
        this.size = size;
        this.age = age;
        this.clock = clock;
    }

    Verdict admit(String client, String id, Command command, Instant sentAt, Instant deadline) {
        Instant now = clock.instant();
        forget(now);
        Key key = new Key(client, id);
        Entry known = entries.get(key);
        if (known != null) {
            return known.command.equals(command)
                    ? new Verdict.Repeated(known)
                    : new Verdict.Refused("replayed: this id was used for another command");
        }
        if (!now.isBefore(deadline)) {
            return new Verdict.Refused("expired: the deadline " + deadline + " has passed");
        }
        if (sentAt.isAfter(now.plus(age)) || deadline.isAfter(now.plus(age))) {
            return new Verdict.Refused("deadline: " + deadline + " (expected: within " + age + ")");
        }
        if (!sentAt.isAfter(forgottenUpTo) || sentAt.isBefore(now.minus(age))) {
            return new Verdict.Refused("replayed: sent at " + sentAt + ", which is beyond what is remembered");
        }
        if (entries.size() >= size && !dropOldestAnswered()) {
            return new Verdict.Refused("busy: " + size + " requests are under way");
        }
        Entry entry = new Entry(command, sentAt, now);
        entries.put(key, entry);
        return new Verdict.Fresh(entry);
    }

    int size() {
        return entries.size();
    }

    private void forget(Instant now) {
        for (Iterator<Entry> i = entries.values().iterator(); i.hasNext(); ) {
            Entry entry = i.next();
            if (entry.seenAt.isAfter(now.minus(age))) {
                return;
            }
            if (entry.reply != null) {
                remove(i, entry);
            }
        }
    }

    private boolean dropOldestAnswered() {
        for (Iterator<Entry> i = entries.values().iterator(); i.hasNext(); ) {
            Entry entry = i.next();
            if (entry.reply != null) {
                remove(i, entry);
                return true;
            }
        }
        return false;
    }

    private void remove(Iterator<Entry> i, Entry entry) {
        i.remove();
        if (entry.sentAt.isAfter(forgottenUpTo)) {
            forgottenUpTo = entry.sentAt;
        }
    }
}
