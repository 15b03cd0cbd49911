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
        this(kind, message, retryAfter, null);
    }

    private Refusal(Kind kind, String message, Duration retryAfter, @Nullable URI elsewhere) {
        super(message);
        this.kind = kind;
        this.retryAfter = retryAfter;
        this.elsewhere = elsewhere;
    }

    /** The person is to go to another site; the message may be empty. */
    public static Refusal elsewhere(URI to, String message) {
        return new Refusal(Kind.FORBIDDEN, message, Duration.ZERO, to);
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
