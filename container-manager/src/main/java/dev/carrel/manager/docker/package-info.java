/**
 * The Docker engine as the rest of the manager sees it: calls that end in time, containers of this installation only, images by policy,
 * events as they happen. Everything here may be called from any thread and blocks at most for its limit.
 */
@NullMarked
package dev.carrel.manager.docker;

import org.jspecify.annotations.NullMarked;
