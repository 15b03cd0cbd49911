/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

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
    private final Map<Station, Long> stamps = new EnumMap<>(Station.class);

    /** Begins with the first byte of the request, by {@code System.nanoTime}. */
    Passport(long start) {
        this.start = start;
    }

    synchronized void stamp(Station station) {
        stamps.putIfAbsent(station, System.nanoTime() - start);
    }

    synchronized boolean has(Station station) {
        return stamps.containsKey(station);
    }

    /** Milliseconds from the first byte until now or, when it is done, until then. */
    synchronized double millis() {
        Long done = stamps.get(Station.DONE);
        return (done != null ? done : System.nanoTime() - start) / 1e6;
    }

    /** {@code head:0.1,handler:0.4,…}, in milliseconds since the first byte. */
    @Override
    public synchronized String toString() {
        StringBuilder line = new StringBuilder();
        stamps.forEach((station, stamp) -> line.append(line.isEmpty() ? "" : ",")
                .append(station.name().toLowerCase(Locale.ROOT))
                .append(':')
                .append(String.format(Locale.ROOT, "%.1f", stamp / 1e6)));
        return line.toString();
    }
}
