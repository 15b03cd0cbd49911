/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;

/** Ids unique in one process and, by a random beginning, very likely across processes. Any thread; never blocks. */
final class RequestIds {
    private final String prefix;
    private final AtomicLong counter = new AtomicLong();

    RequestIds(SecureRandom random) {
        byte[] bytes = new byte[5];
        random.nextBytes(bytes);
        prefix = HexFormat.of().formatHex(bytes) + "-";
    }

    String next() {
        return prefix + Long.toString(counter.incrementAndGet(), 36);
    }
}
