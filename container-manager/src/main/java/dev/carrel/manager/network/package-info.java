/**
 * The one network of this installation's sessions and the host firewall around it. Called from any thread; blocks for a few tens of
 * milliseconds. Nothing is said to be safe that was not just read back.
 */
@NullMarked
package dev.carrel.manager.network;

import org.jspecify.annotations.NullMarked;
