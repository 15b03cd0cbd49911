/* Copyright the Carrel authors. */
package dev.carrel.http.server;

/**
 * Names a value that a filter leaves on a request for those after it. Two keys are the same when name and type are.
 *
 * @param name for messages
 * @param type of the value
 */
public record AttributeKey<T>(String name, Class<T> type) {}
