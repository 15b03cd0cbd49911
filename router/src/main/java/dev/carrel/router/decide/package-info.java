/**
 * Says where a request goes: host, cookie, token and route state, in the order of docs/architecture.md. Decides by itself, without the engine, and
 * never blocks: called on the event loops.
 */
@NullMarked
package dev.carrel.router.decide;

import org.jspecify.annotations.NullMarked;
