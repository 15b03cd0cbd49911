/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.engine.function.FunctionSpec;
import dev.carrel.protocol.command.Limits;

/**
 * What a worker is before it is told which function it serves: one kind of cell can become any function of that image and size.
 *
 * @param image the policy's name of the image
 */
record Cell(String image, Limits limits) {
    /** What workers of a version must be. */
    static Cell of(FunctionSpec spec) {
        return new Cell(
                spec.image(),
                new Limits(spec.limits().memoryBytes(), spec.limits().milliCpus(), 0));
    }
}
