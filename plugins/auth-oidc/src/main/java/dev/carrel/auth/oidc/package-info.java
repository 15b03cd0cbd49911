/* Copyright the Carrel authors. */
/** Sign-in by OpenID Connect and by GitHub. */
@org.jspecify.annotations.NullMarked
package dev.carrel.auth.oidc;
