/* Copyright the Carrel authors. */
package dev.carrel.protocol.name;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** A person's home for life; kept in the database, never derived from the user's name. */
public record VolumeId(@JsonValue String value) {
    /** Number of characters, base32. */
    public static final int LENGTH = 26;

    /** Refuses anything but 26 characters of a-z2-7. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public VolumeId {
        Base32.check("VolumeId", value, LENGTH);
    }

    /** A fresh random one. */
    public static VolumeId random() {
        return new VolumeId(Base32.random(LENGTH));
    }

    @Override
    public String toString() {
        return value;
    }
}
