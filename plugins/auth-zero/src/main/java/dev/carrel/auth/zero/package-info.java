/* Copyright the Carrel authors. */
/** Everybody is in, under the name they type. For a machine of one's own, and for trying things out. */
@org.jspecify.annotations.NullMarked
package dev.carrel.auth.zero;
