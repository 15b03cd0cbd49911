/* Copyright the Carrel authors. */
/**
 * What proves that a plugin keeps the promises of an extension point. A plugin's test extends each abstract class of its extension point's and says
 * where the subject comes from; docs/tables.md shows one.
 */
@org.jspecify.annotations.NullMarked
package dev.carrel.plugin.testkit;
