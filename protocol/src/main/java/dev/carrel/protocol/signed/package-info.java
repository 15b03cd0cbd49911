/**
 * Signed values that router and engine exchange through browsers and API clients: tickets, session cookies, API tokens. Each purpose has
 * a key of its own (HKDF), fields are length-prefixed, every value expires. And values that are sealed for
 * keeping. Immutable and thread-safe.
 */
@NullMarked
package dev.carrel.protocol.signed;

import org.jspecify.annotations.NullMarked;
