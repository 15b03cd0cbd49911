/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * When a request passed which station, so that one line can say where its time went. An array of numbers for each request and a look at the clock for each
 * station: cheap enough to be always on. Event loop only until the line is handed over.
 */
final class Passport {
    private static final Station[] STATIONS = Station.values();
    private static final int NEVER = -1;

    private final long began;
    private final int[] micros = new int[STATIONS.length];
    private boolean reused;

    /** In their usual order; a station that is passed twice counts by the last time. */
    enum Station {
        /** The head was whole and strict, and it was decided who may go where. */
        DECIDED(0, "decided"),
        /** There is a connection to the target, new or from the pool. */
        CONNECTED(1, "connected"),
        /** The head is on its way to the target. */
        SENT(2, "sent"),
        /** The last piece of the request's body came from the client. */
        UPLOADED(3, "uploaded"),
        /** The head of the target's answer came. */
        ANSWERED(4, "answered"),
        /** The last piece of the target's answer came. */
        COMPLETE(5, "complete"),
        /** The last piece of the answer was given to the client's socket, or the connection ended. */
        OVER(6, "over");

        /** Where its time stands among the others'. */
        private final int place;

        private final String label;

        Station(int place, String label) {
            this.place = place;
            this.label = label;
        }
    }

    /** The first byte of the head came then ({@link System#nanoTime}). */
    Passport(long began) {
        this.began = began;
        Arrays.fill(micros, NEVER);
    }

    long began() {
        return began;
    }

    /** It is there now. */
    void pass(Station station) {
        micros[station.place] = (int) Math.min(Integer.MAX_VALUE, (System.nanoTime() - began) / 1000);
    }

    /** The connection to the target came from the pool. */
    void reused() {
        reused = true;
    }

    /** Nanoseconds from the first byte to the last station that was passed. */
    long nanos() {
        int latest = 0;
        for (int at : micros) {
            latest = Math.max(latest, at);
        }
        return latest * 1000L;
    }

    /**
     * {@code decided+0.2 reused+0.2 sent+0.3 answered+812.0 complete+812.4 over+812.5}: milliseconds since the first byte of the head, so that the widest
     * step between two neighbours is where the time went. Stations that were not reached are left out.
     */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(96);
        for (Station station : STATIONS) {
            if (micros[station.place] != NEVER) {
                if (!text.isEmpty()) {
                    text.append(' ');
                }
                int tenths = tenths(station);
                text.append(label(station))
                        .append('+')
                        .append(tenths / 10)
                        .append('.')
                        .append(tenths % 10);
            }
        }
        return text.toString();
    }

    /** The same for machines: milliseconds by station, in their order. */
    Map<String, Double> times() {
        Map<String, Double> times = new LinkedHashMap<>();
        for (Station station : STATIONS) {
            if (micros[station.place] != NEVER) {
                times.put(label(station), tenths(station) / 10.0);
            }
        }
        return times;
    }

    private String label(Station station) {
        return station == Station.CONNECTED && reused ? "reused" : station.label;
    }

    private int tenths(Station station) {
        return (int) ((micros[station.place] + 50L) / 100);
    }
}
