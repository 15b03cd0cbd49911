/* Copyright the Carrel authors. */
/** Passwords of Carrel's own accounts: Argon2id. The hashes stand with the accounts; here is how they are made and compared. */
@org.jspecify.annotations.NullMarked
package dev.carrel.auth.local;
