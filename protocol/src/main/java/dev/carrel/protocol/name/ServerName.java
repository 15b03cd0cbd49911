/* Copyright the Carrel authors. */
package dev.carrel.protocol.name;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** The name of one of a user's sessions; empty for the default one. */
public record ServerName(@JsonValue String value) {
    /** The default session of a user. */
    public static final ServerName DEFAULT = new ServerName("");

    /** Refuses anything but 0 to 100 characters of {@code a-z0-9._~-}, not starting with a dot. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public ServerName {
        if (!value.matches("([a-z0-9_~-][a-z0-9._~-]{0,99})?")) {
            throw new IllegalArgumentException(
                    "server name: " + Printable.quote(value)
                            + " (expected: at most 100 characters of a-z 0-9 . _ ~ - not starting with a dot; empty for the default server)");
        }
    }

    /** True for the default session. */
    public boolean isDefault() {
        return value.isEmpty();
    }

    /**
     * Whether its base path would be where the named ports of the default session are, as {@link PortAddress#path} has it. Nothing starts under such a name,
     * or those ports could not be reached by their paths.
     */
    public boolean hidesPorts() {
        return value.equals(PortAddress.SEGMENT);
    }

    @Override
    public String toString() {
        return value;
    }
}
