/* Copyright the Carrel authors. */
package dev.carrel.router.hop;

import dev.carrel.router.route.Target;

/** Where the session of a name is, as far as the engine knows. */
public sealed interface Place {
    /** On another instance, whose router is reached at this address. */
    record There(String instance, Target router) implements Place {}

    /** On this one: the router will be told of it in a moment. */
    record Here() implements Place {}

    /** On an instance that nobody knows the address of. */
    record Away(String instance) implements Place {}

    /** There is no such session. */
    record Unknown() implements Place {}

    /** The engine did not answer. */
    record Silent() implements Place {}

    /** Too many names are being asked for. */
    record Busy() implements Place {}
}
