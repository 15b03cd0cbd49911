/* Copyright the Carrel authors. */
package dev.carrel.protocol.name;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** One start of a notebook session: 130 random bits, new for every start, never reused. */
public record SessionId(@JsonValue String value) {
    /** Number of characters, base32. */
    public static final int LENGTH = 26;

    /** Refuses anything but 26 characters of a-z2-7. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public SessionId {
        Base32.check("SessionId", value, LENGTH);
    }

    /** A fresh random one. */
    public static SessionId random() {
        return new SessionId(Base32.random(LENGTH));
    }

    @Override
    public String toString() {
        return value;
    }
}
