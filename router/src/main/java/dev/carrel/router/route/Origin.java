/* Copyright the Carrel authors. */
package dev.carrel.router.route;

/** A host of its own below the base host, with a cookie of its own. */
public sealed interface Origin permits SessionRoute, PortRoute {
    /** Lower case, no port. */
    String host();

    /** Whether a person who is known may use it. Asked for every request, so that what is taken back is gone at once. */
    boolean admits(String user);

    /** How the engine's paths name it: {@code alice}, {@code alice/lab/ports/dash}. */
    String pathName();

    /** Where a visit begins, and below which all its paths lie: {@code /user/alice/}, {@code /}. */
    String home();
}
