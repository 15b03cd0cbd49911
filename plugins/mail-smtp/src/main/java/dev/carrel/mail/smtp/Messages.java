/* Copyright the Carrel authors. */
package dev.carrel.mail.smtp;

import dev.carrel.plugin.Mailer;
import dev.carrel.plugin.Mailer.Mail;
import jakarta.mail.Address;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;

/** Writes mails as MIME messages. What could end a header's line was refused when the mail was made; the library folds and encodes the rest. */
final class Messages {
    private static final String UTF_8 = StandardCharsets.UTF_8.name();

    private final Session session;
    private final Mailer.Address from;

    /** A message and who is to get it. */
    record Ready(MimeMessage message, Address[] recipients) {}

    Messages(Session session, Mailer.Address from) {
        this.session = session;
        this.from = from;
    }

    String messageId(Mail mail) {
        return "<" + mail.id() + from.address().substring(from.address().indexOf('@')) + ">";
    }

    Ready of(Mail mail) throws MessagingException {
        MimeMessage message = new Identified(session, messageId(mail));
        message.setFrom(address(from));
        Address[] to = addresses(mail.to());
        message.setRecipients(Message.RecipientType.TO, to);
        if (mail.replyTo().isPresent()) {
            message.setReplyTo(addresses(List.of(mail.replyTo().get())));
        }
        message.setSubject(mail.subject(), UTF_8);
        message.setSentDate(Date.from(Instant.now()));
        // Nobody's absence is to be answered to a program.
        message.setHeader("Auto-Submitted", "auto-generated");
        if (mail.html().isPresent()) {
            MimeBodyPart text = new MimeBodyPart();
            text.setText(mail.text(), UTF_8, "plain");
            MimeBodyPart html = new MimeBodyPart();
            html.setText(mail.html().get(), UTF_8, "html");
            message.setContent(new MimeMultipart("alternative", text, html));
        } else {
            message.setText(mail.text(), UTF_8, "plain");
        }
        message.saveChanges();
        return new Ready(message, to);
    }

    private static Address[] addresses(List<Mailer.Address> addresses) throws MessagingException {
        List<Address> made = new ArrayList<>();
        for (Mailer.Address one : addresses) {
            made.add(address(one));
        }
        return made.toArray(Address[]::new);
    }

    private static InternetAddress address(Mailer.Address address) throws MessagingException {
        try {
            InternetAddress made = new InternetAddress(address.address(), true);
            if (!address.name().isEmpty()) {
                made.setPersonal(address.name(), UTF_8);
            }
            return made;
        } catch (UnsupportedEncodingException e) {
            throw new IllegalStateException("every JDK has UTF-8", e);
        }
    }

    /** Keeps our id where the library would make one. */
    private static final class Identified extends MimeMessage {
        private final String id;

        private Identified(Session session, String id) {
            super(session);
            this.id = id;
        }

        @Override
        protected void updateMessageID() throws MessagingException {
            setHeader("Message-ID", id);
        }
    }
}
