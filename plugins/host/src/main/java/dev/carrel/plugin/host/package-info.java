/* Copyright the Carrel authors. */
/**
 * Finds plugin jars in a folder, judges them, loads each with a class loader of its own, starts and stops them while everything runs, and stands
 * between them and their callers. {@link dev.carrel.plugin.host.PluginHost} is the door; docs/plugins.md describes it from outside.
 */
@org.jspecify.annotations.NullMarked
package dev.carrel.plugin.host;
