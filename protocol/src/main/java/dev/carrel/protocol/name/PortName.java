/* Copyright the Carrel authors. */
package dev.carrel.protocol.name;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** The name under which a port of a session is open. */
public record PortName(@JsonValue String value) {

    /** Refuses anything but 1 to 20 characters of {@code a-z0-9-}, not starting with a hyphen. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public PortName {
        if (!value.matches("[a-z0-9][a-z0-9-]{0,19}")) {
            throw new IllegalArgumentException("port name: " + Printable.quote(value)
                    + " (expected: 1 to 20 characters of a-z 0-9 - not starting with a hyphen)");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
