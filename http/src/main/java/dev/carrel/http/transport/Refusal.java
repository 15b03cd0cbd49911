/* Copyright the Carrel authors. */
package dev.carrel.http.transport;

import io.netty.handler.codec.http.HttpResponseStatus;

/**
 * Why a request is refused before anybody has looked at what it asks for. Fired as a user event from any handler before
 * {@link RequestSanity}, it makes that one answer and close. The message never repeats what the client sent.
 *
 * @param status of the answer
 * @param code short dotted word for logs and programs, e.g. {@code http.two-hosts}
 * @param message one plain sentence for the person
 */
public record Refusal(HttpResponseStatus status, String code, String message) {

    static Refusal badRequest(String code, String message) {
        return new Refusal(HttpResponseStatus.BAD_REQUEST, code, message);
    }
}
