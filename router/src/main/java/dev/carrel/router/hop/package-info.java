/* Copyright the Carrel authors. */
/**
 * Requests for sessions of other instances: where those are ({@code Whereabouts}), and how one router proves to another that a request comes from it
 * ({@code HopProof}). See docs/router.md.
 */
@NullMarked
package dev.carrel.router.hop;

import org.jspecify.annotations.NullMarked;
