/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import java.util.Map;

/**
 * What a caller wants of a function, ready to be said to a worker.
 *
 * @param callId by which the caller knows the call; need not be unique
 * @param handler empty for the default one
 * @param method the HTTP method
 * @param arguments a JSON array
 * @param keywords a JSON object
 * @param type Content-Type of the body when it is handed over as it is; empty when it is not
 * @param headers that handlers may see, names in small letters
 * @param body empty when it is not handed over as it is
 */
public record Ask(
        String callId,
        String handler,
        String method,
        String arguments,
        String keywords,
        String type,
        Map<String, String> headers,
        byte[] body) {
    /** Copies the headers. */
    public Ask {
        headers = Map.copyOf(headers);
    }

    @Override
    public String toString() {
        return "Ask[" + callId + ", " + handler + "]";
    }
}
