/* Copyright the Carrel authors. */
/**
 * Requests to addresses that somebody else chose. The address is judged, the name is looked up once, and the connection goes to the very address that was
 * judged; no redirect is followed.
 */
@NullMarked
package dev.carrel.http.outgoing;

import org.jspecify.annotations.NullMarked;
