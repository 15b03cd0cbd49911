/**
 * From checked values to a running container: the granted limits, the one form of container there is, the start. Whatever is for a session or for a worker of
 * functions only is decided in the packages named after them.
 */
@NullMarked
package dev.carrel.manager.container;

import org.jspecify.annotations.NullMarked;
