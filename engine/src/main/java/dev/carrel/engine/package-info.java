/**
 * The engine process: pages, sign-in, REST API and the life of sessions. Not privileged. This package holds the inventory of what it consists of.
 */
@NullMarked
package dev.carrel.engine;

import org.jspecify.annotations.NullMarked;
