/**
 * Every store on SQLite, through jOOQ without generated code. One writer at a time, many readers; each store method is one transaction.
 * Implements the store interfaces of the feature packages and nothing else; any thread.
 */
@NullMarked
package dev.carrel.engine.database;

import org.jspecify.annotations.NullMarked;
