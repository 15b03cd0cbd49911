/**
 * The command {@code carrel}: prepares a machine, starts, supervises and stops the three processes, and administers accounts. Runs as whoever
 * typed it; as root it starts engine and router as the service user.
 */
@NullMarked
package dev.carrel.launcher;

import org.jspecify.annotations.NullMarked;
