/* Copyright the Carrel authors. */
package dev.carrel.protocol.name;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** The name of a function among those of its owner. Never holds a dot, so that in {@code name.owner} the first one ends it. */
public record FunctionName(@JsonValue String value) {

    /** Refuses anything but 1 to 62 characters of {@code a-z0-9_-}, beginning with a letter or a digit. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public FunctionName {
        if (!value.matches("[a-z0-9][a-z0-9_-]{0,61}")) {
            throw new IllegalArgumentException("function name: " + Printable.quote(value)
                    + " (expected: 1 to 62 characters of a-z 0-9 - _, beginning with a letter or a digit)");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
