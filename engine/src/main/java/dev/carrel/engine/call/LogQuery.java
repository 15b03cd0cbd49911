/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import java.time.Instant;

/**
 * Which lines are wanted.
 *
 * @param after only those with a greater number
 * @param from only those of this moment and later
 * @param call only those of this call; empty for all
 * @param most how many at most
 * @param newest whether these are the last of them; else the first
 */
record LogQuery(long after, Instant from, String call, int most, boolean newest) {

    boolean wants(Journal.Line line) {
        return line.number() > after
                && !line.at().isBefore(from)
                && (call.isEmpty() || line.call().equals(call));
    }

    /** What comes behind a number. */
    LogQuery behind(long number, int atMost) {
        return new LogQuery(number, Instant.MIN, call, atMost, false);
    }
}
