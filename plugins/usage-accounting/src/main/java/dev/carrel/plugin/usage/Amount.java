/* Copyright the Carrel authors. */
package dev.carrel.plugin.usage;

import java.math.BigDecimal;

/**
 * How much was used of one kind.
 *
 * @param count of sessions, calls or runs that have ended
 * @param failed of these, otherwise than they should
 * @param millis that they took, together
 */
record Amount(long count, long failed, long millis) {
    static final Amount NONE = new Amount(0, 0, 0);

    Amount plus(Amount other) {
        return new Amount(count + other.count, failed + other.failed, millis + other.millis);
    }

    /** As a plain decimal number: {@code 90} or {@code 0.25}. */
    String seconds() {
        return BigDecimal.valueOf(millis, 3).stripTrailingZeros().toPlainString();
    }
}
