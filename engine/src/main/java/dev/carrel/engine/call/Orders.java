/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.chassis.settings.DataSize;
import dev.carrel.engine.function.FunctionVersion;
import dev.carrel.protocol.worker.ToWorker;
import java.util.HashMap;
import java.util.Map;

/** What a blank cell is told to become. */
final class Orders {
    private Orders() {}

    /** @param secrets where both have a variable of the same name, the secret wins */
    static ToWorker.Init init(FunctionVersion version, Map<String, String> secrets, DataSize maxAnswer) {
        Map<String, String> environment = new HashMap<>(version.spec().environment());
        environment.putAll(secrets);
        return new ToWorker.Init(
                version.function().owner().value(),
                version.function().name().value(),
                version.number(),
                version.spec().runtime(),
                version.spec().code(),
                version.spec().files(),
                version.spec().handlers(),
                environment,
                version.spec().limits().concurrency(),
                (int) Math.min(maxAnswer.bytes(), Integer.MAX_VALUE));
    }
}
