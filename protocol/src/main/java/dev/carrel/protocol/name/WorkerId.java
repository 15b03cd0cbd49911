/* Copyright the Carrel authors. */
package dev.carrel.protocol.name;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** One start of a container that serves calls of functions: 130 random bits, new for every start, never reused. */
public record WorkerId(@JsonValue String value) {
    /** Number of characters, base32. */
    public static final int LENGTH = 26;

    /** Refuses anything but 26 characters of a-z2-7. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public WorkerId {
        Base32.check("WorkerId", value, LENGTH);
    }

    /** A fresh random one. */
    public static WorkerId random() {
        return new WorkerId(Base32.random(LENGTH));
    }

    @Override
    public String toString() {
        return value;
    }
}
