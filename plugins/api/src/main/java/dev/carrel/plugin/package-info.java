/* Copyright the Carrel authors. */
/**
 * What a plugin is written against: with {@code table}, which it uses, all of Carrel that a plugin sees. Nothing here changes in a way that breaks a plugin of the
 * same {@code api} level; docs/plugins.md shows how to write one.
 *
 * <p>Rules for every call into a plugin, but for {@link Database} and {@link BucketStore}: it comes on a thread of the plugin's own, with the plugin's class loader as context class
 * loader; it may block; it has a time limit, after which the thread is interrupted and the caller goes on without an answer; at most 32 run
 * at once, more are refused. Whatever is thrown is logged under the plugin's id and hurts nobody else.
 */
@org.jspecify.annotations.NullMarked
package dev.carrel.plugin;
