/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

import java.time.Instant;

/**
 * One security event.
 *
 * @param at when
 * @param actor who did it; empty for somebody not signed in
 * @param action dotted word: {@code login.refused}, {@code user.disabled}
 * @param subject whom or what it concerned
 * @param remote address of the client
 * @param requestId under which other logs speak of it
 * @param result {@code done} or why not
 */
public record AuditEvent(
        Instant at, String actor, String action, String subject, String remote, String requestId, String result) {}
