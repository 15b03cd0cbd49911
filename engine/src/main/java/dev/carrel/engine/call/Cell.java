/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.engine.function.FunctionSpec;
import dev.carrel.engine.function.FunctionVersion;
import dev.carrel.engine.function.JuliaBox;
import dev.carrel.protocol.command.JuliaBoxApi;
import dev.carrel.protocol.command.Limits;
import org.jspecify.annotations.Nullable;

/**
 * What a worker is before it is told which function it serves: one kind of cell can become any function of that image and size, but
 * for those of JuliaBox's protocol, which are started for one.
 *
 * @param image the policy's name of the image
 * @param juliaBox for which; null for cells that start blank
 */
record Cell(String image, Limits limits, @Nullable JuliaBoxApi juliaBox) {
    /** What workers of a version must be. */
    static Cell of(FunctionVersion version) {
        FunctionSpec spec = version.spec();
        return new Cell(
                spec.image(),
                new Limits(spec.limits().memoryBytes(), spec.limits().milliCpus(), 0),
                JuliaBox.serves(spec.runtime())
                        ? new JuliaBoxApi(version.function().name().value(), spec.code())
                        : null);
    }
}
