/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

import dev.carrel.protocol.name.UserName;
import java.time.Instant;

/**
 * One sign-in of one browser, kept at the server so that it can be ended.
 *
 * @param id public: stands in tickets, session cookies and revocations; no use to a thief
 * @param user who
 * @param created when
 * @param lastSeen the latest request, to the minute
 * @param expires when it ends however busy it is
 * @param userAgent what the browser called itself, shortened
 */
public record Login(String id, UserName user, Instant created, Instant lastSeen, Instant expires, String userAgent) {}
