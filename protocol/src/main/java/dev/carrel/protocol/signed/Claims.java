/* Copyright the Carrel authors. */
package dev.carrel.protocol.signed;

import java.time.Instant;
import java.util.List;

/**
 * What a signed value says. Times have the precision of a millisecond.
 *
 * @param subject the user it speaks for
 * @param audience the origin host it is for; empty for API tokens
 * @param id the value's own id: a ticket's nonce, a token's id, a cookie's login id
 * @param login the sign-in it descends from, so that signing out ends it; empty for API tokens
 * @param scopes what it may do; JupyterHub's spelling
 * @param issuedAt when it was made
 * @param expiresAt when it ends
 */
public record Claims(
        String subject,
        String audience,
        String id,
        String login,
        List<String> scopes,
        Instant issuedAt,
        Instant expiresAt) {
    /** Copies the list. */
    public Claims {
        scopes = List.copyOf(scopes);
    }
}
