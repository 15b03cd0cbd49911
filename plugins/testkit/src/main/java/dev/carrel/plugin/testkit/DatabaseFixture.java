/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import dev.carrel.plugin.Database;

/** A database without tables, made for one test. */
public interface DatabaseFixture extends AutoCloseable {
    /** Opens it: as another engine would, when it is open already. */
    Database open();

    /** Closes all that was opened. */
    @Override
    void close();
}
