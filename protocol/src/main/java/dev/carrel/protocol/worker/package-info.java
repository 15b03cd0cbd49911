/**
 * What the engine and the workers of functions say to each other over ZeroMQ, see docs/functions.md: records, their frames, and the broker's socket.
 */
@NullMarked
package dev.carrel.protocol.worker;

import org.jspecify.annotations.NullMarked;
