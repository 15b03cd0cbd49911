/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import java.util.Locale;
import java.util.concurrent.atomic.AtomicLongArray;

/** When a request passed its stations. One line of it explains a slow request. Any thread; each station is stamped once. */
final class Passport {
    /** In the order they are usually passed. */
    enum Station {
        HEAD,
        HANDLER,
        BODY,
        FIRST_BYTE,
        DONE,
        GONE
    }

    private final long start;
    private final AtomicLongArray stamps = new AtomicLongArray(Station.values().length);

    /** Begins with the first byte of the request, by {@code System.nanoTime}. */
    Passport(long start) {
        this.start = start;
    }

    void stamp(Station station) {
        stamps.compareAndSet(station.ordinal(), 0, Math.max(1, System.nanoTime() - start));
    }

    boolean has(Station station) {
        return stamps.get(station.ordinal()) != 0;
    }

    /** Milliseconds from the first byte until now or, when it is done, until then. */
    double millis() {
        long done = stamps.get(Station.DONE.ordinal());
        return (done != 0 ? done : System.nanoTime() - start) / 1e6;
    }

    /** {@code head:0.1,handler:0.4,…}, in milliseconds since the first byte. */
    @Override
    public String toString() {
        StringBuilder line = new StringBuilder();
        for (Station station : Station.values()) {
            long stamp = stamps.get(station.ordinal());
            if (stamp != 0) {
                line.append(line.isEmpty() ? "" : ",")
                        .append(station.name().toLowerCase(Locale.ROOT))
                        .append(':')
                        .append(String.format(Locale.ROOT, "%.1f", stamp / 1e6));
            }
        }
        return line.toString();
    }
}
