/**
 * The pages of the engine: signing in, one's own sessions and the door to them, tokens, account, administration, errors. Turns requests into
 * calls of the sign-in services and {@link dev.carrel.engine.session.Sessions}, and what they say into view records that {@code ui-templates}
 * draws. Called on the virtual thread of each request; holds no state but a short memory of entries, to break redirect loops.
 */
@NullMarked
package dev.carrel.engine.page;

import org.jspecify.annotations.NullMarked;
