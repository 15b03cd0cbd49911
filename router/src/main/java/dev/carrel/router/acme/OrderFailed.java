/* Copyright the Carrel authors. */
package dev.carrel.router.acme;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** No certificate came of an order. The message says why and, where it is known, what to do; it is shown as it is. */
final class OrderFailed extends Exception {
    private static final long serialVersionUID = 1L;

    private final @Nullable Instant notBefore;

    OrderFailed(String message) {
        super(message);
        this.notBefore = null;
    }

    OrderFailed(String message, Throwable cause, @Nullable Instant notBefore) {
        super(message, cause);
        this.notBefore = notBefore;
    }

    /** The authority wants no further order before. */
    Optional<Instant> notBefore() {
        return Optional.ofNullable(notBefore);
    }
}
