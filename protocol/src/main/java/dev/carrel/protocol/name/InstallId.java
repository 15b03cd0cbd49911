/* Copyright the Carrel authors. */
package dev.carrel.protocol.name;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** The mark of one installation; labels every container, network and firewall chain that belongs to it. */
public record InstallId(@JsonValue String value) {
    /** Number of characters, base32. */
    public static final int LENGTH = 8;

    /** Refuses anything but 8 characters of a-z2-7. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public InstallId {
        Base32.check("InstallId", value, LENGTH);
    }

    /** A fresh random one. */
    public static InstallId random() {
        return new InstallId(Base32.random(LENGTH));
    }

    @Override
    public String toString() {
        return value;
    }
}
