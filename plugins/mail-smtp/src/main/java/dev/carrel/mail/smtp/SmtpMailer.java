/* Copyright the Carrel authors. */
package dev.carrel.mail.smtp;

import dev.carrel.plugin.Mailer;
import dev.carrel.plugin.PluginException;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One server. A connection for each mail: servers end those that say nothing for a while, and most mail is single. */
final class SmtpMailer implements Mailer {
    private static final Logger LOG = LoggerFactory.getLogger(SmtpMailer.class);
    private static final int REMEMBERED = 1000;

    private final Session session;
    private final String host;
    private final int port;
    private final String username;
    private final String password;
    private final int perSecond;
    private final Messages messages;
    private final Rate rate;
    private final DailyCount day;

    /** Both guarded by {@link #sent}. */
    private final Map<String, Receipt> sent = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Receipt> eldest) {
            return size() > REMEMBERED;
        }
    };

    private final Set<String> underWay = new HashSet<>();

    SmtpMailer(SmtpSettings settings, Rate rate, DailyCount day) {
        this.host = settings.host();
        this.port = settings.port();
        this.username = settings.username();
        this.password = settings.password();
        this.perSecond = settings.perSecond();
        this.session = Session.getInstance(properties(settings));
        this.messages = new Messages(session, new Mailer.Address(settings.fromName(), settings.from()));
        this.rate = rate;
        this.day = day;
    }

    private static Properties properties(SmtpSettings settings) {
        Properties properties = new Properties();
        boolean tls = settings.encryption() == SmtpSettings.Encryption.TLS;
        boolean starttls = settings.encryption() == SmtpSettings.Encryption.STARTTLS;
        String timeout = Long.toString(settings.timeout().toMillis());
        properties.put("mail.smtp.ssl.enable", Boolean.toString(tls));
        properties.put("mail.smtp.starttls.enable", Boolean.toString(starttls));
        properties.put("mail.smtp.starttls.required", Boolean.toString(starttls));
        properties.put("mail.smtp.ssl.checkserveridentity", "true");
        properties.put("mail.smtp.ssl.protocols", "TLSv1.2 TLSv1.3");
        properties.put("mail.smtp.auth", Boolean.toString(!settings.username().isEmpty()));
        properties.put("mail.smtp.sendpartial", "true");
        properties.put(
                "mail.smtp.connectiontimeout",
                Long.toString(settings.connectTimeout().toMillis()));
        properties.put("mail.smtp.timeout", timeout);
        properties.put("mail.smtp.writetimeout", timeout);
        if (!settings.trust().isEmpty()) {
            properties.put("mail.smtp.ssl.socketFactory", Trust.in(settings.trust()));
        }
        return properties;
    }

    @Override
    public String name() {
        return "SMTP at " + host + ":" + port;
    }

    @Override
    public Receipt send(Mail mail) {
        Receipt before = begin(mail.id());
        if (before != null) {
            return before;
        }
        Receipt receipt = null;
        try {
            receipt = sendInTurn(mail);
            return receipt;
        } finally {
            synchronized (sent) {
                underWay.remove(mail.id());
                if (receipt != null) {
                    sent.put(mail.id(), receipt);
                }
            }
        }
    }

    private @Nullable Receipt begin(String id) {
        synchronized (sent) {
            Receipt before = sent.get(id);
            if (before == null && !underWay.add(id)) {
                throw PluginException.temporary(
                        DOWN,
                        PluginException.Blame.USER,
                        Duration.ofSeconds(1),
                        "mail " + id + " is just being sent (expected: a new id for each mail)",
                        null);
            }
            return before;
        }
    }

    private Receipt sendInTurn(Mail mail) {
        int recipients = mail.to().size();
        day.take(recipients);
        int unsent = recipients;
        try {
            await(rate.take(recipients));
            Receipt receipt = sendNow(mail);
            unsent = receipt.refused().size();
            return receipt;
        } finally {
            day.giveBack(unsent);
        }
    }

    private static void await(Duration turn) {
        try {
            TimeUnit.NANOSECONDS.sleep(turn.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw PluginException.temporary(
                    DOWN, PluginException.Blame.RESOURCES, Duration.ZERO, "interrupted while waiting for its turn", e);
        }
    }

    private Receipt sendNow(Mail mail) {
        String messageId = messages.messageId(mail);
        try {
            Messages.Ready ready = messages.of(mail);
            Transport transport = connect();
            try {
                transport.sendMessage(ready.message(), ready.recipients());
            } finally {
                end(transport);
            }
            return new Receipt(messageId, Map.of());
        } catch (SendFailedException e) {
            jakarta.mail.Address[] reached = e.getValidSentAddresses();
            if (reached == null || reached.length == 0) {
                throw Failures.of(name(), e);
            }
            return new Receipt(messageId, Failures.refused(e));
        } catch (MessagingException e) {
            throw Failures.of(name(), e);
        }
    }

    /** The server has the mail, or has said why not: how the connection ends changes nothing. */
    private void end(Transport transport) {
        try {
            transport.close();
        } catch (MessagingException e) {
            LOG.debug("{}: the connection did not end as it should: {}", name(), e.toString());
        }
    }

    private Transport connect() throws MessagingException {
        Transport transport = session.getTransport("smtp");
        if (username.isEmpty()) {
            transport.connect(host, port, null, null);
        } else {
            transport.connect(host, port, username, password);
        }
        return transport;
    }

    @Override
    public Quota quota() {
        return new Quota(day.remaining(), OptionalDouble.of(perSecond));
    }

    @Override
    public Optional<String> health() {
        try (Transport transport = connect()) {
            return transport.isConnected() ? Optional.empty() : Optional.of(name() + " ends the connection at once");
        } catch (MessagingException e) {
            return Optional.of(String.valueOf(Failures.of(name(), e).getMessage()));
        }
    }
}
