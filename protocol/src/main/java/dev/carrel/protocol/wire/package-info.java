/**
 * The envelope of every message and its codec. Strict in what it takes: unknown fields, unknown types, trailing bytes and oversize are
 * refused. Thread-safe, no I/O.
 */
@NullMarked
package dev.carrel.protocol.wire;

import org.jspecify.annotations.NullMarked;
