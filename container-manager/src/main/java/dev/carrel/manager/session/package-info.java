/**
 * From a command to a running container: the home, the granted limits, the container spec, the start. The spec is built here and nowhere else, from
 * the policy and five checked values of the command.
 */
@NullMarked
package dev.carrel.manager.session;

import org.jspecify.annotations.NullMarked;
