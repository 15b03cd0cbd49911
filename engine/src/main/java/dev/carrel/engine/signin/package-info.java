/**
 * Who people are: accounts, passwords, sign-ins that can be revoked, one-time invitations, API tokens with scopes, and the record of all
 * that. Called by pages, the REST API and the launcher on virtual threads; every service blocks on the database and is thread-safe. Knows
 * nothing of HTTP and nothing of sessions: who must hear of revocations implements {@link dev.carrel.engine.signin.RevocationWatcher}.
 */
@NullMarked
package dev.carrel.engine.signin;

import org.jspecify.annotations.NullMarked;
