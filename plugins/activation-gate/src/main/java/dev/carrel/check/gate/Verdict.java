/* Copyright the Carrel authors. */
package dev.carrel.check.gate;

/** What becomes of somebody who comes for the first time. */
enum Verdict {
    /** They are let in. */
    IN,
    /** They have a place in the queue. */
    WAITING,
    /** An administrator has put them on hold. */
    HELD,
    /** The queue takes nobody more. */
    FULL
}
