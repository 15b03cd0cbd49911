/**
 * The life of notebook sessions: one state machine in one table, started and stopped through the container-manager, made to converge by a
 * level-triggered reconcile, told to the router as routes and to people as progress. Called by pages and the REST API on virtual threads.
 */
@NullMarked
package dev.carrel.engine.session;

import org.jspecify.annotations.NullMarked;
