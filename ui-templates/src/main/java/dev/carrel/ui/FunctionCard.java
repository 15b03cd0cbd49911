/* Copyright the Carrel authors. */
package dev.carrel.ui;

import java.util.List;

/**
 * A published function at a glance.
 *
 * @param name among its owner's
 * @param url to call it, absolute, without a handler
 * @param handlers what can be called, the default first; empty while nobody knows
 * @param description for people; may be empty
 * @param visibility in words: who may call it
 * @param version the active one's number; empty when none is active
 * @param published when that was published
 * @param trouble why calls are refused just now; empty when they are not
 */
public record FunctionCard(
        String name,
        String url,
        List<String> handlers,
        String description,
        String visibility,
        String version,
        Moment published,
        String trouble) {
    /** Copies the list. */
    public FunctionCard {
        handlers = List.copyOf(handlers);
    }
}
