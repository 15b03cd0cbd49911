/**
 * What the operator allows: images, limits, network, Docker's address. Read once at start from a file that only the operator writes;
 * nothing that a command says can widen it. Immutable values, usable from any thread.
 */
@NullMarked
package dev.carrel.manager.policy;

import org.jspecify.annotations.NullMarked;
