/* Copyright the Carrel authors. */
package dev.carrel.http.transport;

/**
 * How large a request's head may be.
 *
 * @param maxRequestLine bytes of the request line; more is answered 414
 * @param maxHeader bytes of all header lines together; more is answered 431
 * @param maxHeaderCount header lines; more is answered 431
 */
public record StrictHttpLimits(int maxRequestLine, int maxHeader, int maxHeaderCount) {
    public StrictHttpLimits {
        check("max request line", maxRequestLine, 256);
        check("max header", maxHeader, 256);
        check("max header count", maxHeaderCount, 8);
    }

    /** 8 KiB, 16 KiB, 100 lines. */
    public static StrictHttpLimits defaults() {
        return new StrictHttpLimits(8 * 1024, 16 * 1024, 100);
    }

    private static void check(String name, int value, int least) {
        if (value < least || value > 1024 * 1024) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: " + least + "..1048576)");
        }
    }
}
