/**
 * Names that are generated, never derived by escaping: install, session and volume ids; user and server names; the address of a
 * session. Values only: immutable, usable from any thread, refused at construction when malformed.
 */
@NullMarked
package dev.carrel.protocol.name;

import org.jspecify.annotations.NullMarked;
