/* Copyright the Carrel authors. */
package dev.carrel.router;

import dev.carrel.chassis.site.DataFolder;
import java.nio.file.Path;

/** The router as a process of its own, so that a test can kill it. */
final class RouterMain {
    private RouterMain() {}

    public static void main(String[] arguments) {
        System.exit(RouterProcess.run(new DataFolder(Path.of(arguments[0])), System.getenv()));
    }
}
