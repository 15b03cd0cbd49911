/* Copyright the Carrel authors. */
package dev.carrel.check.gate;

import dev.carrel.plugin.table.Indexed;
import dev.carrel.plugin.table.Key;
import dev.carrel.plugin.table.Part;
import dev.carrel.plugin.table.Stored;
import dev.carrel.plugin.table.Version;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who has come for the first time.
 *
 * @param since waiting: when they came, which is their place in the queue; let in: when that was; put on hold: when that was
 * @param asked when they came first
 * @param email to which a mail may go; null when nobody vouches for one
 * @param mailFrom not before then the mail is to be sent
 * @param mailId under which it is sent, however often
 */
@Stored(name = "activation_gate_person")
public record Person(
        @Key String account,
        @Indexed(name = "of_state") State state,
        @Indexed(name = "of_state", part = Part.SORT) Instant since,
        Instant asked,
        @Nullable String email,
        String method,
        @Indexed(name = "of_mail") Mail mail,
        @Indexed(name = "of_mail", part = Part.SORT) Instant mailFrom,
        String mailId,
        @Version long version) {
    /** Stored: a constant may be added, none renamed. */
    public enum State {
        /** In the queue. */
        WAITING,
        /** Let in. */
        ACTIVE,
        /** Left out of the queue by an administrator. */
        HELD
    }

    /** Stored: a constant may be added, none renamed. */
    public enum Mail {
        /** None is to be sent. */
        NONE,
        /** To be sent. */
        DUE,
        /** A mailer has taken it. */
        SENT,
        /** It could not be sent; nobody tries again. */
        FAILED
    }

    Person let(Instant now, boolean mails, String id) {
        boolean mailed = mails && email != null;
        return new Person(
                account, State.ACTIVE, now, asked, email, method, mailed ? Mail.DUE : Mail.NONE, now, id, version);
    }

    Person held(Instant now) {
        return new Person(account, State.HELD, now, asked, email, method, Mail.NONE, mailFrom, mailId, version);
    }

    /** Where they stood before. */
    Person waiting() {
        return new Person(account, State.WAITING, asked, asked, email, method, Mail.NONE, mailFrom, mailId, version);
    }

    Person mail(Mail now, Instant from) {
        return new Person(account, state, since, asked, email, method, now, from, mailId, version);
    }
}
