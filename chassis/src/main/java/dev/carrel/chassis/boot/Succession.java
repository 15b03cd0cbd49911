/* Copyright the Carrel authors. */
package dev.carrel.chassis.boot;

import java.util.ArrayList;
import java.util.List;

/**
 * What a process must give up, besides its services, for another to take its place while it ends its own work: the port of its health page. Any
 * thread.
 */
public final class Succession {
    private final List<Runnable> claims = new ArrayList<>();

    /** Nothing to give up yet. */
    public Succession() {}

    /** Something only one process can have. Giving it up twice must do no harm. */
    public synchronized void add(Runnable giveUp) {
        claims.add(giveUp);
    }

    /** Gives it all up. */
    public synchronized void giveUp() {
        claims.forEach(Runnable::run);
    }
}
