/* Copyright the Carrel authors. */
package dev.carrel.protocol.channel;

import dev.carrel.protocol.key.CurveKeys;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;

/**
 * How a {@link CommandServer} listens.
 *
 * @param host a loopback address
 * @param port 0 for any
 * @param keys the server's own pair
 * @param clients public keys that may connect; empty means nobody
 * @param name the sender in envelopes
 * @param concurrency commands worked on at once; more are refused with no-resources
 * @param window answers kept for requests that are sent again
 * @param windowAge how long they are kept; an older request is refused as replayed
 * @param drain how long commands under way may take when the server closes
 * @param clock what decides about deadlines
 */
public record ServerOptions(
        String host,
        int port,
        CurveKeys keys,
        Set<String> clients,
        String name,
        int concurrency,
        int window,
        Duration windowAge,
        Duration drain,
        Clock clock) {
    /** The usual: 64 at once, 4096 answers for an hour. */
    public static ServerOptions of(String host, int port, CurveKeys keys, Set<String> clients, String name) {
        return new ServerOptions(
                host,
                port,
                keys,
                clients,
                name,
                64,
                4096,
                Duration.ofHours(1),
                Duration.ofSeconds(5),
                Clock.systemUTC());
    }
}
