/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import java.time.Duration;

/** A database whose server the test may kill. */
public interface LossFixture extends DatabaseFixture {
    /** Ends the server at once, as a loss of power would. */
    void kill();

    /** Starts it again, with the same data at the same address; returns when it answers. */
    void restart();

    /** The longest that a call may take while the server is down, by the settings of the subject. */
    Duration deadline();
}
