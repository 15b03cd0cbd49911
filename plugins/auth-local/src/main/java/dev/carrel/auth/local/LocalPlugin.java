/* Copyright the Carrel authors. */
package dev.carrel.auth.local;

import dev.carrel.plugin.Extension;
import dev.carrel.plugin.Plugin;
import dev.carrel.plugin.PluginContext;
import java.util.List;

/** The plugin that every Carrel has, until it is switched off. */
public final class LocalPlugin implements Plugin {
    @Override
    public List<Extension> start(PluginContext context) {
        return List.of(new LocalPasswords(context.settings(LocalSettings.class)));
    }
}
