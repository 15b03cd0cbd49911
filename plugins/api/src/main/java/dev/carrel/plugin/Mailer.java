/* Copyright the Carrel authors. */
package dev.carrel.plugin;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Sends mail: feature {@code mail}. The first plugin by its id is everybody's mailer. Called for many mails at once.
 *
 * <p>Errors are {@link PluginException}s with these codes: {@link #REFUSED} (permanent: no recipient was taken, or the server will not take this mail
 * from this sender), {@link #DENIED} (permanent until the settings change: signing in at the server failed, or it asks for encryption that is
 * off), {@link #DOWN} (temporary: no connection, no answer in time, "try again later"), {@link #QUOTA} (temporary: the day's mails are used up, or more wait for their
 * turn than may).
 */
public non-sealed interface Mailer extends Extension {
    /** No recipient was taken, or not this mail. */
    String REFUSED = "mail.refused";
    /** The service does not let us in. */
    String DENIED = "mail.denied";
    /** The service does not answer, or not now. */
    String DOWN = "mail.down";
    /** No more may be sent for now. */
    String QUOTA = "mail.quota";

    /** Which service, for logs and pages: its kind and place, no credentials. */
    String name();

    /**
     * Hands a mail over to the service; returns once that has taken responsibility for it. At most 60 s, waiting for its turn included: a mailer keeps
     * within its rate by letting callers wait, and refuses with {@link #QUOTA} what would wait longer than 30 s.
     *
     * <p>A mail whose answer was lost may be sent again under its id: a mailer remembers the last 1000 ids that it has handed over since its start and
     * answers for these what it answered then, and every mail carries its id in the header {@code Message-ID}.
     *
     * @throws PluginException when nobody was sent it
     */
    Receipt send(Mail mail);

    /** What may be sent just now; at most 10 s. Asked by whoever sends many. */
    Quota quota();

    /** Empty when the service answers and lets us in, else why not; at most 10 s. Asked every few minutes at most. */
    Optional<String> health();

    /** Optional: a mailer that learns later of mail that did not arrive. */
    interface Returns {
        /**
         * Addresses to which mail could not be delivered, the latest first; at most 20 s. Asked every few minutes.
         *
         * @param limit the most that are wanted, 1 to 1000
         */
        List<Returned> returned(int limit);

        /** Forgets that an address was in the way; whether it had been. At most 20 s. */
        boolean forgive(String address);
    }

    /**
     * Mail that did not arrive.
     *
     * @param address to whom
     * @param permanent whether the service sends nothing there any more
     * @param reason as the other side says
     */
    record Returned(String address, boolean permanent, String reason, java.time.Instant at) {}

    /**
     * A mail. The sender is the mailer's business. Immutable.
     *
     * @param id the caller's, new for each mail: A-Z a-z 0-9 and dashes, 8 to 64
     * @param to 1 to 50, no address twice; everybody sees everybody
     * @param replyTo where answers go; empty for the sender
     * @param subject 1 to 200 characters, no control characters
     * @param text at most 500,000 characters
     * @param html the same as a page; empty for none. At most 500,000 characters
     */
    record Mail(
            String id,
            List<Address> to,
            Optional<Address> replyTo,
            String subject,
            String text,
            Optional<String> html) {
        /** The most recipients. */
        public static final int RECIPIENTS = 50;

        private static final Pattern ID = Pattern.compile("[A-Za-z0-9-]{8,64}");
        private static final int SUBJECT = 200;
        private static final int TEXT = 500_000;

        /** Refuses what would not be a mail, or would put lines into its header. */
        public Mail {
            to = List.copyOf(to);
            if (!ID.matcher(id).matches()) {
                throw new IllegalArgumentException(
                        "id: " + Address.shown(id) + " (expected: 8 to 64 of A-Z a-z 0-9 -)");
            }
            if (to.isEmpty() || to.size() > RECIPIENTS) {
                throw new IllegalArgumentException(
                        "to: " + to.size() + " addresses (expected: 1 to " + RECIPIENTS + ")");
            }
            Set<String> seen = new HashSet<>();
            for (Address one : to) {
                if (!seen.add(one.address())) {
                    throw new IllegalArgumentException("to: " + one.address() + " twice (expected: once)");
                }
            }
            if (subject.isBlank() || subject.length() > SUBJECT || Address.hasControls(subject)) {
                throw new IllegalArgumentException("subject: " + Address.shown(subject) + " (expected: 1 to " + SUBJECT
                        + " characters, none of them a control character)");
            }
            if (text.length() > TEXT || html.orElse("").length() > TEXT) {
                throw new IllegalArgumentException("text or html: more than " + TEXT + " characters");
            }
        }

        /** A text to one person. */
        public static Mail text(String id, String to, String subject, String text) {
            return new Mail(id, List.of(Address.of(to)), Optional.empty(), subject, text, Optional.empty());
        }
    }

    /**
     * Who is written to.
     *
     * @param name what mail programs show; may be empty; at most 100 characters, no control characters
     * @param address as {@code ada@example.org}: ASCII, the domain of a name in another script in its form xn--
     */
    record Address(String name, String address) {
        private static final Pattern ADDRESS = Pattern.compile(
                "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
                        + "@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?");
        private static final int NAME = 100;
        private static final int LOCAL_PART = 64;
        private static final int WHOLE = 254;
        private static final int SHOWN = 80;

        /** Refuses what is no address, or would put lines into a header. */
        public Address {
            if (address.length() > WHOLE
                    || address.indexOf('@') > LOCAL_PART
                    || !ADDRESS.matcher(address).matches()) {
                throw new IllegalArgumentException("address: " + shown(address) + " (expected: as ada@example.org)");
            }
            if (name.length() > NAME || hasControls(name)) {
                throw new IllegalArgumentException("name: " + shown(name) + " (expected: at most " + NAME
                        + " characters, none of them a control character)");
            }
        }

        /** Without a name. */
        public static Address of(String address) {
            return new Address("", address);
        }

        /** Line separators that are no control characters by Unicode end lines for some programs, too. */
        static boolean hasControls(String text) {
            return text.chars().anyMatch(c -> Character.isISOControl(c) || c == 0x2028 || c == 0x2029);
        }

        static String shown(String text) {
            String start = text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text;
            return '"' + start.replaceAll("[\\p{Cc}\\u2028\\u2029]", "�") + '"';
        }
    }

    /**
     * What became of a mail.
     *
     * @param messageId as its header has it, with its angle brackets
     * @param refused which recipients were not taken, and why; at least one other was
     */
    record Receipt(String messageId, Map<String, String> refused) {
        /** Copies the map. */
        public Receipt {
            refused = Map.copyOf(refused);
        }
    }

    /**
     * What may be sent.
     *
     * @param remaining recipients within the next 24 hours; empty when there is no such limit
     * @param perSecond recipients; empty when there is no such limit
     */
    record Quota(OptionalLong remaining, OptionalDouble perSecond) {}
}
