/* Copyright the Carrel authors. */
package dev.carrel.http.transport;

/**
 * How sockets are served.
 *
 * @param kind {@code auto}, {@code io_uring}, {@code epoll} or {@code nio}; {@code auto} takes the first of these that works here
 * @param workers event loops that serve connections; 0 means one per processor
 * @param backlog connections the kernel may hold before we accept them
 * @param busyPollMicros for how many microseconds after each event a worker loop looks for the next one before it sleeps; 0 to sleep at once
 */
public record TransportSettings(String kind, int workers, int backlog, int busyPollMicros) {
    public TransportSettings {
        if (workers < 0 || workers > 1024) {
            throw new IllegalArgumentException(
                    "transport.workers: " + workers + " (expected: 0..1024, 0 = one per processor)");
        }
        if (backlog < 1 || backlog > 65_535) {
            throw new IllegalArgumentException("transport.backlog: " + backlog + " (expected: 1..65535)");
        }
        if (busyPollMicros < 0 || busyPollMicros > 1_000) {
            throw new IllegalArgumentException(
                    "transport.busy-poll: " + busyPollMicros + " (expected: 0..1000 microseconds, 0 = never)");
        }
    }

    /** The fastest transport that works here, one worker per processor. */
    public static TransportSettings defaults() {
        return new TransportSettings("auto", 0, 1024, 0);
    }
}
