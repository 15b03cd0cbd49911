/**
 * What an operator asks a process: health and metrics, on 127.0.0.1 only, never on a public listener.
 */
@NullMarked
package dev.carrel.chassis.ops;

import org.jspecify.annotations.NullMarked;
