/* Copyright the Carrel authors. */
package dev.carrel.auth.zero;

import dev.carrel.plugin.Extension;
import dev.carrel.plugin.Plugin;
import dev.carrel.plugin.PluginContext;
import java.util.List;

/** Starts only where nobody from elsewhere comes by, or where the operator has said that it may. */
public final class ZeroPlugin implements Plugin {
    @Override
    public List<Extension> start(PluginContext context) {
        ZeroSettings settings = context.settings(ZeroSettings.class);
        if (!context.site().local() && !settings.allowAnywhere()) {
            throw new IllegalStateException(
                    "it lets everybody in under any name, and " + context.site().url()
                            + " can be reached from elsewhere (bind the site to 127.0.0.1 and leave site.public-url empty, or set allow-anywhere = true in etc/plugins/"
                            + context.id() + ".properties)");
        }
        if (!context.site().local()) {
            context.log()
                    .warn(
                            "everybody who reaches {} may sign in without a password",
                            context.site().url());
        }
        return List.of(new ZeroAuthenticator(settings.label()));
    }
}
