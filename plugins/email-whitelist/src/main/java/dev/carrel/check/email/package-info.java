/* Copyright the Carrel authors. */
/** Lets in only people with an e-mail address of listed domains. */
@org.jspecify.annotations.NullMarked
package dev.carrel.check.email;
