/* Copyright the Carrel authors. */
package dev.carrel.mail.smtp;

import dev.carrel.plugin.Mailer;
import dev.carrel.plugin.Setting;
import java.time.Duration;

/** Settings of mail-smtp, in {@code etc/plugins/mail-smtp.properties}. */
public record SmtpSettings(
        @Setting(text = "The server's name.", required = true)
        String host,

        @Setting(text = "Its port: 587 for starttls, 465 for tls, mostly.", def = "587", min = 1, max = 65_535)
        int port,

        @Setting(
                text =
                        "starttls (a plain connection that must become encrypted), tls (encrypted from the start) or none (only to this machine, unless allow-unencrypted is true).",
                def = "starttls")
        Encryption encryption,

        @Setting(
                text = "Whether mail, and the password, may go to another machine for everybody on the way to read.",
                def = "false")
        boolean allowUnencrypted,

        @Setting(
                text =
                        "A file of certificates (PEM) that are trusted in place of those the JDK trusts, for a server with a certificate of one's own; empty for the JDK's.")
        String trust,

        @Setting(text = "The account there; empty for a server that asks for none.")
        String username,

        @Setting(text = "Its password.", secret = true) String password,

        @Setting(text = "The sender's address.", required = true)
        String from,

        @Setting(text = "The sender's name.", def = "Carrel")
        String fromName,

        @Setting(text = "The most recipients in a second.", def = "10", min = 1, max = 1000)
        int perSecond,

        @Setting(
                text =
                        "The most recipients within 24 hours, of this engine; 0 for no limit. Counted in whole hours, also over a restart.",
                def = "0",
                min = 0)
        long perDay,

        @Setting(text = "How long to wait for a connection.", def = "10s", min = 100, max = 20_000)
        Duration connectTimeout,

        @Setting(text = "How long to wait for an answer of the server.", def = "20s", min = 100, max = 25_000)
        Duration timeout) {
    /** How bytes are protected on their way. */
    public enum Encryption {
        /** A plain connection that must become encrypted before anything is said. */
        STARTTLS,
        /** Encrypted from the start. */
        TLS,
        /** Not at all. */
        NONE
    }

    /**
     * Refuses what does not fit together.
     *
     * @throws IllegalArgumentException naming the keys
     */
    public SmtpSettings {
        if (host.isBlank() || host.chars().anyMatch(c -> c <= ' ')) {
            throw new IllegalArgumentException("host: \"" + host + "\" (expected: a name as mail.example.org)");
        }
        if (encryption == Encryption.NONE && !allowUnencrypted && !local(host)) {
            throw new IllegalArgumentException(
                    "encryption: none to " + host
                            + " (expected: starttls or tls; or allow-unencrypted = true, so that everybody on the way can read all mail and the password)");
        }
        if (username.isEmpty() != password.isEmpty()) {
            throw new IllegalArgumentException("username and password: only one of them (expected: both or none)");
        }
        try {
            new Mailer.Address(fromName, from);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("from, from-name: " + e.getMessage(), e);
        }
    }

    private static boolean local(String host) {
        return host.equals("localhost") || host.equals("::1") || host.matches("127(\\.\\d{1,3}){3}");
    }

    @Override
    public String toString() {
        return "SmtpSettings[" + host + ":" + port + ", " + encryption + "]";
    }
}
