/* Copyright the Carrel authors. */
/** Leads newcomers, or everybody, to another site instead of signing them in. */
@org.jspecify.annotations.NullMarked
package dev.carrel.check.redirect;
