/* Copyright the Carrel authors. */
package dev.carrel.plugin;

/**
 * Is told what has happened on this engine, soon afterwards, one event after the other in their order. A listener that is slow keeps nobody
 * waiting: up to 1000 events wait for it, more are dropped and counted ({@code carrel_plugin_events_dropped}). Nothing is told of what happened while
 * it was not there.
 */
public non-sealed interface EventListener extends Extension {
    /**
     * Takes an event; at most 10 s.
     *
     * @throws Exception logged; the next event comes all the same
     */
    void on(Event event) throws Exception;
}
