/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

import dev.carrel.protocol.name.UserName;
import java.time.Instant;

/**
 * Whose account somebody's identity opens.
 *
 * @param method the id of the plugin that identifies
 * @param subject whom it identifies, never given to anybody else
 * @param user whose account
 * @param linked since when
 */
public record LinkedIdentity(String method, String subject, UserName user, Instant linked) {}
