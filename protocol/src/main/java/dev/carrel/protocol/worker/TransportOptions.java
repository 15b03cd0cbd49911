/* Copyright the Carrel authors. */
package dev.carrel.protocol.worker;

import java.time.Duration;

/**
 * How a {@link ZmqWorkerTransport} listens.
 *
 * @param host an address of this machine
 * @param port 0 for any
 * @param connections at once; more are closed when they come
 * @param maxFrame bytes that a body, or the JSON object of a message, of a worker that was told what it is may have
 * @param maxQueued bytes that may wait to be sent to one worker; a message that alone is longer is taken when nothing else waits
 * @param hello how long a new connection may take to say hello
 * @param busyPollMicros for how many microseconds after each event the broker looks for the next one before it sleeps; 0 to sleep at once
 */
public record TransportOptions(
        String host, int port, int connections, int maxFrame, long maxQueued, Duration hello, int busyPollMicros) {
    /** The usual: 4096 connections, frames of 16 MiB, 64 MiB waiting, ten seconds, and it sleeps at once. */
    public static TransportOptions of(String host, int port) {
        return new TransportOptions(host, port, 4096, 16 << 20, 64L << 20, Duration.ofSeconds(10), 0);
    }
}
