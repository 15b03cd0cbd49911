/* Copyright the Carrel authors. */
package dev.carrel.mail.smtp;

import dev.carrel.plugin.Mailer;
import dev.carrel.plugin.PluginException;
import dev.carrel.plugin.PluginException.Blame;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.InternetAddress;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.smtp.SMTPSenderFailedException;

/** Tells what a server's failures mean: codes of 400 to 499 are for now, of 500 on for good (RFC 5321, 4.2.1). */
final class Failures {
    private static final Pattern CODE = Pattern.compile("\\s*([45]\\d\\d)[ -].*", Pattern.DOTALL);
    /** What the library says of a first word that is none, or of a connection that ends. */
    private static final Pattern RESPONSE = Pattern.compile(".*response: (-?\\d+).*", Pattern.DOTALL);

    private static final Duration SOON = Duration.ofMinutes(1);
    private static final int PERMANENT = 500;
    private static final int SIGN_IN_FIRST = 530;
    private static final int SIGN_IN_WEAK = 534;
    private static final int SIGN_IN_FAILED = 535;
    private static final int ENCRYPT_FIRST = 538;
    private static final int LONGEST = 300;

    private Failures() {}

    /** Which recipients were not taken, and why. */
    static Map<String, String> refused(MessagingException failure) {
        Map<String, String> refused = new LinkedHashMap<>();
        for (Exception next = failure; next instanceof MessagingException one; next = one.getNextException()) {
            if (next instanceof SMTPAddressFailedException address) {
                InternetAddress who = address.getAddress();
                refused.put(who.getAddress(), line(address));
            }
        }
        return refused;
    }

    /** Why nobody was sent a mail. */
    static PluginException of(String server, MessagingException failure) {
        Map<String, String> refused = refused(failure);
        String what = "mail by " + server + ": ";
        if (!refused.isEmpty()) {
            return temporary(failure)
                    ? down(what + "for now it takes no recipient: " + refused, failure)
                    : PluginException.permanent(
                            Mailer.REFUSED, Blame.USER, what + "it takes no recipient: " + refused, failure);
        }
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        if (cause instanceof SSLException && !brokenOff(cause)) {
            return PluginException.permanent(
                    Mailer.DENIED,
                    Blame.EXTERNAL,
                    what + "no encrypted connection: " + line(cause)
                            + " (is encryption right for the port? does trust name the server's certificate?)",
                    failure);
        }
        OptionalInt code = code(failure);
        if (failure instanceof AuthenticationFailedException && code.orElse(SIGN_IN_FAILED) >= PERMANENT) {
            return denied(what + "it does not accept username and password: " + line(failure), failure);
        }
        if (code.isPresent()) {
            return answered(what, code.getAsInt(), failure);
        }
        return cause instanceof IOException || ended(failure)
                ? down(what + line(cause) + " (is it up? host, port?)", failure)
                : denied(what + line(failure) + " (does encryption fit the server?)", failure);
    }

    private static PluginException answered(String what, int code, MessagingException failure) {
        return switch (code) {
            case SIGN_IN_FIRST, SIGN_IN_WEAK, SIGN_IN_FAILED, ENCRYPT_FIRST ->
                denied(what + "it wants another sign-in or encryption: " + line(failure), failure);
            default ->
                code < PERMANENT
                        ? down(what + "not now: " + line(failure), failure)
                        : PluginException.permanent(
                                Mailer.REFUSED,
                                Blame.EXTERNAL,
                                what + "it refuses the mail: " + line(failure),
                                failure);
        };
    }

    private static boolean temporary(MessagingException failure) {
        for (Exception next = failure; next instanceof MessagingException one; next = one.getNextException()) {
            if (next instanceof SMTPAddressFailedException address && address.getReturnCode() < PERMANENT) {
                return true;
            }
        }
        return false;
    }

    /** The server's code; empty when it said none. */
    private static OptionalInt code(MessagingException failure) {
        if (failure instanceof SMTPSendFailedException sending && sending.getReturnCode() > 0) {
            return OptionalInt.of(sending.getReturnCode());
        }
        if (failure instanceof SMTPSenderFailedException sender && sender.getReturnCode() > 0) {
            return OptionalInt.of(sender.getReturnCode());
        }
        Matcher said = CODE.matcher(String.valueOf(failure.getMessage()));
        if (said.matches()) {
            return OptionalInt.of(Integer.parseInt(said.group(1)));
        }
        Matcher response = RESPONSE.matcher(String.valueOf(failure.getMessage()));
        if (response.matches() && !response.group(1).startsWith("-")) {
            return OptionalInt.of(Integer.parseInt(response.group(1)));
        }
        return failure.getNextException() instanceof MessagingException next ? code(next) : OptionalInt.empty();
    }

    /** Whether the other side went away, rather than disagree. */
    private static boolean brokenOff(Throwable failure) {
        for (Throwable next = failure.getCause(); next != null; next = next.getCause()) {
            if (next instanceof EOFException
                    || next instanceof SocketException
                    || next instanceof SocketTimeoutException) {
                return true;
            }
        }
        return false;
    }

    private static boolean ended(MessagingException failure) {
        String message = String.valueOf(failure.getMessage());
        return message.contains("[EOF]") || message.contains("response: -1");
    }

    private static PluginException down(String message, MessagingException failure) {
        return PluginException.temporary(Mailer.DOWN, Blame.EXTERNAL, SOON, message, failure);
    }

    private static PluginException denied(String message, MessagingException failure) {
        return PluginException.permanent(Mailer.DENIED, Blame.EXTERNAL, message, failure);
    }

    private static String line(Throwable failure) {
        String text = failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
        String line = text.replaceAll("[\\p{Cc}\\s]+", " ").strip();
        return line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line;
    }
}
