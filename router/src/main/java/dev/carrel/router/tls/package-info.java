/* Copyright the Carrel authors. */
/** Certificates of the public door: read from files, chosen by the name a client asks for, read again when the files change. */
@NullMarked
package dev.carrel.router.tls;

import org.jspecify.annotations.NullMarked;
