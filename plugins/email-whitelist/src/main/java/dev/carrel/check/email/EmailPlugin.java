/* Copyright the Carrel authors. */
package dev.carrel.check.email;

import dev.carrel.plugin.Extension;
import dev.carrel.plugin.Plugin;
import dev.carrel.plugin.PluginContext;
import java.util.List;

/** One check. */
public final class EmailPlugin implements Plugin {
    @Override
    public List<Extension> start(PluginContext context) {
        return List.of(new EmailCheck(context.settings(EmailSettings.class)));
    }
}
