/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import org.jspecify.annotations.Nullable;

/**
 * Draws error answers, as HTML for people or JSON for programs, by the request's {@code Accept}. Called on the request's virtual thread;
 * must be thread safe. If it throws, a plain text answer with the same status is sent in its place.
 */
@FunctionalInterface
public interface ErrorRenderer {

    /** The answer; its status must be the failure's. The failure's headers are added by the server. */
    Response render(Request request, Failure failure);

    /**
     * What went wrong, fit for the client's eyes.
     *
     * @param status 400..599
     * @param code short dotted word for programs
     * @param message a plain sentence
     * @param errorId where to find the cause in the log; null for failures that are the client's own
     */
    record Failure(
            int status,
            String code,
            String message,
            @Nullable String errorId) {}

    /** Plain text: the message, and the error id if there is one. */
    static ErrorRenderer plainText() {
        return (_, failure) -> Response.text(
                failure.status(),
                failure.message() + (failure.errorId() == null ? "" : " (error " + failure.errorId() + ")") + "\n");
    }
}
