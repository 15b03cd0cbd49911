/* Copyright the Carrel authors. */
package dev.carrel.plugin;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A plugin did not do what it was asked, and knows why. The message is for operators: it names what was being done, the value or place concerned, what
 * went wrong and what to do, and holds no secret. Anything else that an extension throws counts as a fault of the plugin ({@link Blame#INTERNAL}).
 */
public final class PluginException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final Pattern CODE = Pattern.compile("[a-z][a-z0-9-]{0,29}\\.[a-z][a-z0-9-]{0,49}");

    private final String code;
    private final Blame blame;
    private final @Nullable Duration retryAfter;

    /** Who must do something about it. */
    public enum Blame {
        /** Whoever asked: the request itself cannot be done. */
        USER,
        /** Whoever wrote the plugin or Carrel. */
        INTERNAL,
        /** The operator: something is full, used up or too small. */
        RESOURCES,
        /** Whoever runs the service behind the plugin, or the settings for it. */
        EXTERNAL
    }

    private PluginException(
            String code, Blame blame, @Nullable Duration retryAfter, String message, @Nullable Throwable cause) {
        super(message, cause);
        if (!CODE.matcher(code).matches()) {
            throw new IllegalArgumentException("code: \"" + code + "\" (expected: as mail.refused)", cause);
        }
        this.code = code;
        this.blame = blame;
        this.retryAfter = retryAfter;
    }

    /**
     * The same call would fail again.
     *
     * @param code a word of the extension point or the plugin, a dot, and what is wrong: {@code mail.refused}
     * @param cause what is underneath; may be null
     */
    public static PluginException permanent(String code, Blame blame, String message, @Nullable Throwable cause) {
        return new PluginException(code, blame, null, message, cause);
    }

    /**
     * The same call may succeed later.
     *
     * @param retryAfter not before which time it makes sense; zero when that is not known
     * @param cause what is underneath; may be null
     */
    public static PluginException temporary(
            String code, Blame blame, Duration retryAfter, String message, @Nullable Throwable cause) {
        return new PluginException(code, blame, retryAfter, message, cause);
    }

    /** What is wrong, for programs; each extension point names its own. */
    public String code() {
        return code;
    }

    /** Who must do something about it. */
    public Blame blame() {
        return blame;
    }

    /** Whether the same call may succeed later. */
    public boolean retryable() {
        return retryAfter != null;
    }

    /** Not before which time a further attempt makes sense; empty when none does, zero when that is not known. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
