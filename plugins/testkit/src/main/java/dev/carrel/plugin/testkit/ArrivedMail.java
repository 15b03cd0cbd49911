/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import dev.carrel.plugin.Mailer;
import java.util.List;
import java.util.Optional;

/**
 * A mail as one recipient gets it.
 *
 * @param recipient to whom it was brought
 * @param to as its header says
 * @param text with lines that end in a line feed
 * @param messageId with its angle brackets
 */
public record ArrivedMail(
        String recipient,
        List<Mailer.Address> to,
        Optional<Mailer.Address> replyTo,
        String subject,
        String text,
        Optional<String> html,
        String messageId) {}
