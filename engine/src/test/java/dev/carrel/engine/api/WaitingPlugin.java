/* Copyright the Carrel authors. */
package dev.carrel.engine.api;

import dev.carrel.plugin.Command;
import dev.carrel.plugin.Extension;
import dev.carrel.plugin.Plugin;
import dev.carrel.plugin.PluginContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** For tests: a command that waits for the file that its data names, and of which one may wait. */
public final class WaitingPlugin implements Plugin {
    @Override
    public List<Extension> start(PluginContext context) {
        return List.of(new Wait());
    }

    static final class Wait implements Command {
        @Override
        public Terms terms() {
            return new Terms("wait", "Waits for a file. Data: its path.", Duration.ofSeconds(90), 1, 1);
        }

        @Override
        public String run(Call call) throws InterruptedException {
            if (call.data().isEmpty()) {
                throw new IllegalArgumentException("data: \"\" (expected: the path of a file)");
            }
            while (!Files.exists(Path.of(call.data()))) {
                LockSupport.parkNanos(1_000_000);
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
            return "seen for " + call.caller();
        }
    }
}
