/* Copyright the Carrel authors. */
/**
 * Sockets and the strict reading of HTTP/1.1, shared by our HTTP server and by the router's proxy pipeline: which native
 * transport is used, how a port is bound, what a request may look like on the wire, how long each part of it may take, and how a
 * refused connection is closed. Everything here runs on Netty's event loops and never blocks them, except
 * {@link dev.carrel.http.transport.Transport} itself, which is opened and closed by the owner's thread.
 */
@NullMarked
package dev.carrel.http.transport;

import org.jspecify.annotations.NullMarked;
