/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import java.net.InetSocketAddress;
import java.time.Instant;

/** What is known of a request before its body. */
record RequestHead(
        String method,
        String rawPath,
        String rawQuery,
        RequestPath path,
        Headers headers,
        InetSocketAddress remote,
        String id,
        Instant startedAt) {

    String host() {
        return headers.first("Host").orElse("");
    }
}
