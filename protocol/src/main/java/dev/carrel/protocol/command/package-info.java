/**
 * The closed set of things an engine may ask of the container-manager, what it answers and what it tells unasked. Values only. A new
 * command is a new permitted type: every exhaustive switch then fails to compile where it must be handled.
 */
@NullMarked
package dev.carrel.protocol.command;

import org.jspecify.annotations.NullMarked;
