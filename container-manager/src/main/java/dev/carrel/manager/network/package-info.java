/**
 * The networks of this installation, one for sessions and one for workers of functions, and the host firewall around them. Called from any thread; blocks for a few tens of
 * milliseconds. Nothing is said to be safe that was not just read back.
 */
@NullMarked
package dev.carrel.manager.network;

import org.jspecify.annotations.NullMarked;
