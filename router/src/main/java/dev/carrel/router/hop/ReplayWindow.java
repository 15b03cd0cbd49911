/* Copyright the Carrel authors. */
package dev.carrel.router.hop;

import java.util.Arrays;

/**
 * Which of one sender's numbers were seen, as RFC 4303 §3.4.3 has it: numbers rise, may overtake one another within a window, and are good once. What
 * falls out of the window counts as seen. Thread-safe; a fixed few kilobytes.
 */
final class ReplayWindow {
    /** So many requests of one router can be on their way at once. */
    static final int SIZE = 1 << 16;

    private final long[] seen = new long[SIZE / Long.SIZE];
    private long highest = -1;

    /** Whether this number comes for the first time; it never does again. */
    synchronized boolean first(long number) {
        if (number < 0 || number <= highest - SIZE) {
            return false;
        }
        if (number > highest) {
            if (number - highest >= SIZE) {
                Arrays.fill(seen, 0);
            } else {
                for (long passed = highest + 1; passed < number; passed++) {
                    seen[word(passed)] &= ~bit(passed);
                }
            }
            highest = number;
        } else if ((seen[word(number)] & bit(number)) != 0) {
            return false;
        }
        seen[word(number)] |= bit(number);
        return true;
    }

    private static int word(long number) {
        return (int) (number % SIZE) / Long.SIZE;
    }

    private static long bit(long number) {
        return 1L << (number % Long.SIZE);
    }
}
