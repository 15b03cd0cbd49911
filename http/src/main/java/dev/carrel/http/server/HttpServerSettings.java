/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import dev.carrel.http.transport.RequestTimeLimits;
import dev.carrel.http.transport.StrictHttpLimits;
import java.time.Duration;

/**
 * How one server listens and what it bears.
 *
 * @param host address to listen on
 * @param port 0 for any free one
 * @param portSetting what the operator calls the port, for messages
 * @param headLimits size of a request's head
 * @param times how long each part of a request may take
 * @param maxConnections open at once
 * @param maxConnectionsPerRemote open at once from one address; behind a proxy of ours the same as {@code maxConnections}
 * @param maxBody bytes of a request's body where the route says nothing else
 * @param maxHandlers handlers that may run at once; more requests are answered 503 with Retry-After
 * @param maxStreams answers that may be streaming at once, events among them; more are answered 503 with Retry-After
 * @param retryAfter what a client is told to wait when one of these two is full
 * @param security headers of every answer
 */
public record HttpServerSettings(
        String host,
        int port,
        String portSetting,
        StrictHttpLimits headLimits,
        RequestTimeLimits times,
        int maxConnections,
        int maxConnectionsPerRemote,
        long maxBody,
        int maxHandlers,
        int maxStreams,
        Duration retryAfter,
        SecurityHeaders security) {

    public HttpServerSettings {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException(portSetting + ": " + port + " (expected: 0..65535)");
        }
        atLeast(1, "max connections", maxConnections);
        atLeast(1, "max connections per remote", maxConnectionsPerRemote);
        atLeast(0, "max body", maxBody);
        atLeast(1, "max handlers", maxHandlers);
        atLeast(1, "max streams", maxStreams);
        atLeast(1, "retry after", retryAfter.toSeconds());
    }

    /** Listens on 127.0.0.1; a body of 1 MiB, 10000 connections from wherever, 512 handlers, 4096 streams. */
    public static HttpServerSettings defaults(int port, String portSetting) {
        return new HttpServerSettings(
                "127.0.0.1",
                port,
                portSetting,
                StrictHttpLimits.defaults(),
                RequestTimeLimits.defaults(),
                10_000,
                10_000,
                1024 * 1024,
                512,
                4096,
                Duration.ofSeconds(2),
                SecurityHeaders.defaults());
    }

    /** The same on another address. */
    public HttpServerSettings withHost(String other) {
        return new HttpServerSettings(
                other,
                port,
                portSetting,
                headLimits,
                times,
                maxConnections,
                maxConnectionsPerRemote,
                maxBody,
                maxHandlers,
                maxStreams,
                retryAfter,
                security);
    }

    /** The same with other head sizes. */
    public HttpServerSettings withHeadLimits(StrictHttpLimits other) {
        return new HttpServerSettings(
                host,
                port,
                portSetting,
                other,
                times,
                maxConnections,
                maxConnectionsPerRemote,
                maxBody,
                maxHandlers,
                maxStreams,
                retryAfter,
                security);
    }

    /** The same with other times. */
    public HttpServerSettings withTimes(RequestTimeLimits other) {
        return new HttpServerSettings(
                host,
                port,
                portSetting,
                headLimits,
                other,
                maxConnections,
                maxConnectionsPerRemote,
                maxBody,
                maxHandlers,
                maxStreams,
                retryAfter,
                security);
    }

    /** The same with other bounds on connections. */
    public HttpServerSettings withConnections(int max, int maxPerRemote) {
        return new HttpServerSettings(
                host,
                port,
                portSetting,
                headLimits,
                times,
                max,
                maxPerRemote,
                maxBody,
                maxHandlers,
                maxStreams,
                retryAfter,
                security);
    }

    /** The same with another default body limit. */
    public HttpServerSettings withMaxBody(long bytes) {
        return new HttpServerSettings(
                host,
                port,
                portSetting,
                headLimits,
                times,
                maxConnections,
                maxConnectionsPerRemote,
                bytes,
                maxHandlers,
                maxStreams,
                retryAfter,
                security);
    }

    /** The same with other bounds on what runs at once. */
    public HttpServerSettings withConcurrency(int handlers, int streams) {
        return new HttpServerSettings(
                host,
                port,
                portSetting,
                headLimits,
                times,
                maxConnections,
                maxConnectionsPerRemote,
                maxBody,
                handlers,
                streams,
                retryAfter,
                security);
    }

    /** The same with other security headers. */
    public HttpServerSettings withSecurity(SecurityHeaders other) {
        return new HttpServerSettings(
                host,
                port,
                portSetting,
                headLimits,
                times,
                maxConnections,
                maxConnectionsPerRemote,
                maxBody,
                maxHandlers,
                maxStreams,
                retryAfter,
                other);
    }

    /** How long a handler's thread waits for a client that stands still; the connection's own timer fires first. */
    Duration patience() {
        return times.stall().plusSeconds(5);
    }

    private static void atLeast(long least, String name, long value) {
        if (value < least) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: " + least + " or more)");
        }
    }
}
