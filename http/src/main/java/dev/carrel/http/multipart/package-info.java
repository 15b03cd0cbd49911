/* Copyright the Carrel authors. */
/**
 * Reads {@code multipart/form-data} from a stream within bounds. Called by the request's virtual thread through
 * {@code dev.carrel.http.server.RequestBody}; blocks while bytes are missing. Knows nothing of requests and sockets.
 */
@NullMarked
package dev.carrel.http.multipart;

import org.jspecify.annotations.NullMarked;
