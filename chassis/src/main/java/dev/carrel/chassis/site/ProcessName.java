/* Copyright the Carrel authors. */
package dev.carrel.chassis.site;

import java.util.Locale;

/** The three processes. */
public enum ProcessName {
    /** The public door. */
    ROUTER,
    /** Pages, APIs, session life. */
    ENGINE,
    /** The one near Docker. */
    MANAGER;

    /** In lower case, as in commands, log files and thread names. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
