/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What was asked is refused; nothing was changed. The message is for the person. */
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Kind kind;
    private final Duration retryAfter;
    private final transient @Nullable URI elsewhere;
    private final transient @Nullable Step step;

    /** Why. */
    public enum Kind {
        /** Something in the request is not as it must be. */
        INVALID,
        /** Name or password is wrong, or the account is disabled: never told which. */
        WRONG_CREDENTIALS,
        /** The caller may not. */
        FORBIDDEN,
        /** There is no such thing. */
        UNKNOWN,
        /** It is there already, or the last administrator would go. */
        CONFLICT,
        /** Too many attempts; see {@link #retryAfter}. */
        TOO_MANY,
        /** We are too busy; see {@link #retryAfter}. */
        BUSY
    }

    /** A refusal that no waiting mends. */
    public Refusal(Kind kind, String message) {
        this(kind, message, Duration.ZERO);
    }

    /** A refusal that ends by itself. */
    public Refusal(Kind kind, String message, Duration retryAfter) {
        this(kind, message, retryAfter, null, null);
    }

    private Refusal(Kind kind, String message, Duration retryAfter, @Nullable URI elsewhere, @Nullable Step step) {
        super(message);
        this.kind = kind;
        this.retryAfter = retryAfter;
        this.elsewhere = elsewhere;
        this.step = step;
    }

    /** The person is to go to another site; the message may be empty. */
    public static Refusal elsewhere(URI to, String message) {
        return new Refusal(Kind.FORBIDDEN, message, Duration.ZERO, to, null);
    }

    /**
     * A page of a plugin's that comes before signing in.
     *
     * @param path below the plugin's own, with a slash in front
     * @param state the plugin's, for that page alone
     */
    public record Step(String plugin, String path, String state) {
        @Override
        public String toString() {
            return "Step[" + plugin + path + "]";
        }
    }

    /** The person is to go to a page of a plugin's first. */
    public static Refusal onward(Step step) {
        return new Refusal(
                Kind.FORBIDDEN,
                "Something is left to do before you are signed in. Please use the sign-in page in a browser.",
                Duration.ZERO,
                null,
                step);
    }

    /** Where the person is to go first. */
    public Optional<Step> step() {
        return Optional.ofNullable(step);
    }

    /** Where the person is to go instead. */
    public Optional<URI> elsewhere() {
        return Optional.ofNullable(elsewhere);
    }

    /** Why. */
    public Kind kind() {
        return kind;
    }

    /** What the person is told. */
    public String text() {
        return String.valueOf(getMessage());
    }

    /** How long to wait; zero when waiting does not help. */
    public Duration retryAfter() {
        return retryAfter;
    }
}
