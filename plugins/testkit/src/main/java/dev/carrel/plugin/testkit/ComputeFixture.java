/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import dev.carrel.plugin.Compute;
import java.time.Duration;
import java.util.Optional;

/** A group of machines, made for one test. */
public interface ComputeFixture extends AutoCloseable {
    /** The subject as the group's first machine sees it. */
    Compute first();

    /** As a second machine does, whose image is newer; the same at each call. Empty for one that is always alone. */
    Optional<Compute> second();

    /** Lets time pass, for the subject. */
    void pass(Duration time);

    /** Closes all that was opened. */
    @Override
    void close();
}
