/* Copyright the Carrel authors. */
package dev.carrel.ui;

import java.util.Locale;

/** What a person is told of a server's state. */
public enum ServerState {
    /** Never started. */
    NEW,
    /** Being started. */
    STARTING,
    /** Can be opened. */
    READY,
    /** Being stopped. */
    STOPPING,
    /** Ended as asked. */
    STOPPED,
    /** Ended against the person's will. */
    FAILED;

    /** In lower case, for templates. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
