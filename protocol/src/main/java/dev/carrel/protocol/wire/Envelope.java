/* Copyright the Carrel authors. */
package dev.carrel.protocol.wire;

import java.time.Instant;

/**
 * What travels between two processes.
 *
 * @param version of the protocol; another one is refused
 * @param id of the request this belongs to; 1 to 64 characters of {@code A-Za-z0-9-}
 * @param sender who says so, for logs; the transport proves who it is
 * @param sentAt by the sender's clock
 * @param deadline after which nobody waits for the answer any more
 * @param body what is said
 */
public record Envelope(int version, String id, String sender, Instant sentAt, Instant deadline, Message body) {
    /** The protocol version this build speaks. */
    public static final int VERSION = 1;

    /** An envelope of this version. */
    public static Envelope of(String id, String sender, Instant sentAt, Instant deadline, Message body) {
        return new Envelope(VERSION, id, sender, sentAt, deadline, body);
    }
}
