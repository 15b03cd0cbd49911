/* Copyright the Carrel authors. */
/**
 * The desk where sessions ask for what their owner may do with functions: a second door of the engine, on this host's address in the network of sessions, at the
 * one port that the firewall leaves open to them.
 */
@NullMarked
package dev.carrel.engine.desk;

import org.jspecify.annotations.NullMarked;
