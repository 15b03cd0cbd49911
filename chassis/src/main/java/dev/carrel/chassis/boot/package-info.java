/**
 * Starts and stops a process: settings, logging, injector, services in order, health, orderly end on a signal.
 */
@NullMarked
package dev.carrel.chassis.boot;

import org.jspecify.annotations.NullMarked;
