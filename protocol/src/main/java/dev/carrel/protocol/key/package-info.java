/**
 * Key material in files: created once with mode 0600, refused when readable by others. Called at start, on the starting thread.
 */
@NullMarked
package dev.carrel.protocol.key;

import org.jspecify.annotations.NullMarked;
