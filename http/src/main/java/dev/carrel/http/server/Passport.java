/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** When a request passed its stations. One line of it explains a slow request. Any thread; each station is stamped once. */
final class Passport {
    /** In the order they are usually passed. */
    enum Station {
        HEAD("head"),
        HANDLER("handler"),
        BODY("body"),
        FIRST_BYTE("first_byte"),
        DONE("done"),
        GONE("gone");

        private final String label;

        Station(String label) {
            this.label = label;
        }
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
                .append(station.label)
                .append(':')
                .append(tenths(stamp / 1e6)));
        return line.toString();
    }

    /** The same by the stations' names. */
    synchronized Map<String, Object> times() {
        Map<String, Object> times = new LinkedHashMap<>();
        stamps.forEach((station, stamp) -> times.put(station.label, Math.round(stamp / 1e5) / 10.0));
        return times;
    }

    /** With one digit after the point; a formatter would take as long as the rest of a line. */
    static String tenths(double millis) {
        long tenths = Math.round(millis * 10);
        return tenths / 10 + "." + tenths % 10;
    }
}
