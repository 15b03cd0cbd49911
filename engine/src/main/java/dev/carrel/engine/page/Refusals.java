/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import dev.carrel.engine.signin.Refusal;
import dev.carrel.http.server.Response;

/** Refusals of the sign-in services as answers. */
final class Refusals {
    private Refusals() {}

    static int status(Refusal refusal) {
        return switch (refusal.kind()) {
            case INVALID -> 400;
            case WRONG_CREDENTIALS, FORBIDDEN -> 403;
            case UNKNOWN -> 404;
            case CONFLICT -> 409;
            case TOO_MANY -> 429;
            case BUSY -> 503;
        };
    }

    /** Tells when to come again, if waiting helps. */
    static Response patient(Response response, Refusal refusal) {
        long seconds = refusal.retryAfter().toSeconds();
        return seconds > 0 ? response.with("Retry-After", Long.toString(seconds)) : response;
    }
}
