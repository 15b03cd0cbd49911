/**
 * The router process: puts the public door, the control API and the stores together and gives them a life. Called by the launcher; the rooms
 * below do the work: {@code decide} says where a request goes, {@code proxy} carries it there, {@code route} knows the routes,
 * {@code control} changes them, {@code page} draws what is said in a session's place.
 */
@NullMarked
package dev.carrel.router;

import org.jspecify.annotations.NullMarked;
