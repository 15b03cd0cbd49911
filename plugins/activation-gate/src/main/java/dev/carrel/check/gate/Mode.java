/* Copyright the Carrel authors. */
package dev.carrel.check.gate;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How new people are dealt with. Stored: a constant may be added, none renamed. */
public enum Mode {
    /** All are let in. */
    OPEN,
    /** None are, unless an administrator picks them. */
    HOLD,
    /** As many as the hourly rate allows. */
    AUTOMATIC;

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Mode> of(String word) {
        return Arrays.stream(values()).filter(mode -> mode.word().equals(word)).findFirst();
    }
}
