/* Copyright the Carrel authors. */
/**
 * HTTP/2 at the public door: every stream becomes a channel of its own on which the same handlers sit as on a connection of HTTP/1.1, with a codec that speaks
 * frames below and HTTP/1.1's objects above. Everything runs on the connection's event loop.
 */
@NullMarked
package dev.carrel.router.http2;

import org.jspecify.annotations.NullMarked;
