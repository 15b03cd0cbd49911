/* Copyright the Carrel authors. */
package dev.carrel.protocol.channel;

import dev.carrel.protocol.key.CurveKeys;
import java.time.Clock;
import java.time.Duration;

/**
 * How a {@link CommandClient} connects.
 *
 * @param host where the server listens
 * @param port its port
 * @param keys the client's own pair; its public key is on the server's allow-list
 * @param serverKey the server's public key, pinned: another server is not spoken to
 * @param name the sender in envelopes
 * @param resend after how long without an answer a request is sent again
 * @param clock for envelope times
 */
public record ClientOptions(
        String host, int port, CurveKeys keys, String serverKey, String name, Duration resend, Clock clock) {
    /** The usual: sent again after two seconds. */
    public static ClientOptions of(String host, int port, CurveKeys keys, String serverKey, String name) {
        return new ClientOptions(host, port, keys, serverKey, name, Duration.ofSeconds(2), Clock.systemUTC());
    }
}
