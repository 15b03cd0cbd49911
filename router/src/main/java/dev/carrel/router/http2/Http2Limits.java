/* Copyright the Carrel authors. */
package dev.carrel.router.http2;

import java.time.Duration;

/**
 * What a client may do on one connection.
 *
 * @param streams how many requests and WebSockets at once
 * @param target the longest {@code :path}, in bytes
 * @param header the largest header list of a request, counted as RFC 9113 counts: 32 bytes more for each line
 * @param idle how long a connection may rest without a stream
 * @param stall how long nothing of a body may come that is waited for, or nothing of an answer be taken
 * @param drain how long streams may go on once the connection has been told to end
 */
public record Http2Limits(int streams, int target, int header, Duration idle, Duration stall, Duration drain) {}
