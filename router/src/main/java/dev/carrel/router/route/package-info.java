/**
 * What the router remembers: routes with their sessions and last activity, and revocations; in memory for the event loops to look up, and in
 * files that are as new as every change that was confirmed. Look-ups from any thread never block; changes come from the control API's
 * virtual threads and wait for the disk.
 */
@NullMarked
package dev.carrel.router.route;

import org.jspecify.annotations.NullMarked;
