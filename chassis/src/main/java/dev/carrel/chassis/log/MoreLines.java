/* Copyright the Carrel authors. */
package dev.carrel.chassis.log;

import org.slf4j.Marker;
import org.slf4j.MarkerFactory;

/**
 * Tells the log files that another line follows at once, so this one need not be handed to the system yet: of a thousand lines written in a row, one
 * system call in dozens is enough. Whoever marks a line so must write another without the mark right after.
 */
public final class MoreLines {
    /** The mark. */
    public static final Marker FOLLOW = MarkerFactory.getMarker("more-lines-follow");

    private MoreLines() {}
}
