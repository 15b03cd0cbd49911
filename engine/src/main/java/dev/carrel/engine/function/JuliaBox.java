/* Copyright the Carrel authors. */
package dev.carrel.engine.function;

/**
 * Functions of images that were made for JuliaBox's API engine: the runtime {@code juliabox}, or, of an installation that has several such images, {@code
 * juliabox-…}. The code is the Julia expression that serves; beside it such a container can be told nothing.
 */
public final class JuliaBox {
    private JuliaBox() {}

    /** Whether workers of a runtime speak JuliaBox's protocol. */
    public static boolean serves(String runtime) {
        return runtime.equals("juliabox") || runtime.startsWith("juliabox-");
    }
}
