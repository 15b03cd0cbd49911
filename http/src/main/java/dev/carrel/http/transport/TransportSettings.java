/* Copyright the Carrel authors. */
package dev.carrel.http.transport;

/**
 * How sockets are served.
 *
 * @param kind {@code auto}, {@code io_uring}, {@code epoll} or {@code nio}; {@code auto} takes the first of these that works here
 * @param workers event loops that serve connections; 0 means one per processor
 * @param backlog connections the kernel may hold before we accept them
 */
public record TransportSettings(String kind, int workers, int backlog) {
    public TransportSettings {
        if (workers < 0 || workers > 1024) {
            throw new IllegalArgumentException(
                    "transport.workers: " + workers + " (expected: 0..1024, 0 = one per processor)");
        }
        if (backlog < 1 || backlog > 65_535) {
            throw new IllegalArgumentException("transport.backlog: " + backlog + " (expected: 1..65535)");
        }
    }

    /** The fastest transport that works here, one worker per processor. */
    public static TransportSettings defaults() {
        return new TransportSettings("auto", 0, 1024);
    }
}
