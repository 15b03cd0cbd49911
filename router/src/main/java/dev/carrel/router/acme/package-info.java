/* Copyright the Carrel authors. */
/**
 * The door's certificate from an authority by ACME (RFC 8555, http-01): {@link dev.carrel.router.acme.KeptCertificate} is what lies on the disk and is
 * served by {@code tls}, {@link dev.carrel.router.acme.Ordering} sees to it that it is renewed, {@link dev.carrel.router.acme.AcmeAuthority} asks the
 * authority, {@link dev.carrel.router.acme.Challenges} is what the authority finds at the plain HTTP port.
 */
@NullMarked
package dev.carrel.router.acme;

import org.jspecify.annotations.NullMarked;
