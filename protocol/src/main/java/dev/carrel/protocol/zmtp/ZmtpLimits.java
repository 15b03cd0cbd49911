/* Copyright the Carrel authors. */
package dev.carrel.protocol.zmtp;

import java.time.Duration;

/**
 * What a {@link ZmtpServer} takes from peers.
 *
 * @param connections at once; more are closed when they come
 * @param frames that a message may have
 * @param firstFrame bytes that a frame may have on a connection until {@link ZmtpConnection#allow} says otherwise
 * @param queued bytes that may wait to be sent to one peer; a message that alone is longer waits only when nothing else does
 * @param handshake how long a new connection may take until its first message is there
 */
public record ZmtpLimits(int connections, int frames, int firstFrame, long queued, Duration handshake) {}
