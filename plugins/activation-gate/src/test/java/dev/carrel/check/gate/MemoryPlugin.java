/* Copyright the Carrel authors. */
package dev.carrel.check.gate;

import dev.carrel.plugin.Extension;
import dev.carrel.plugin.Plugin;
import dev.carrel.plugin.PluginContext;
import dev.carrel.plugin.testkit.FakeDatabase;
import java.util.List;

/** For tests: the database in memory as a plugin. */
public final class MemoryPlugin implements Plugin {
    @Override
    public List<Extension> start(PluginContext context) {
        return List.of(new FakeDatabase());
    }
}
