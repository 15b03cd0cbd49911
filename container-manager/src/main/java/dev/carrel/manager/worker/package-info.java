/**
 * From a command to a running worker of functions: what its container has beside what every container of ours has, and where on this host its broker is.
 */
@NullMarked
package dev.carrel.manager.worker;

import org.jspecify.annotations.NullMarked;
