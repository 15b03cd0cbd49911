/**
 * The transport: ZeroMQ over TCP on 127.0.0.1 with CURVE and an allow-list of client keys. One I/O thread owns each socket; handlers run on
 * virtual threads. Nothing above this package sees JeroMQ.
 */
@NullMarked
package dev.carrel.protocol.channel;

import org.jspecify.annotations.NullMarked;
