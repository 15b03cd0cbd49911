/**
 * Logging of a process: one line an event to a rolling file and the console, or JSON; secrets of ours are masked whoever logs them.
 */
@NullMarked
package dev.carrel.chassis.log;

import org.jspecify.annotations.NullMarked;
